"""Public base layers onto the planner's own machine: politely, resumably, with their licences."""
