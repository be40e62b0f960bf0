"""Profiles: what differs from country to country, such as money, languages, names of areas, voltages, costs, levels of
school."""
