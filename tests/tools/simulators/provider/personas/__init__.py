"""Who answers in place of a model."""
