"""A provider of language models that is none: three wire formats, personas in place of models, seeded faults."""
