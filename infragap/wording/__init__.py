"""Every sentence, heading, unit and label that a reader meets, in each language, from one catalogue file a language.

Code speaks in keys (`words("vi")("electricity.option.grid")`); the texts stand in `vi.po`, `en.po` and any further
`xx.po` beside this file. This room knows no analysis: it turns keys, numbers and dates into text and does nothing else.
"""
