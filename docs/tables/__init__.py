"""What the code says about itself, as Markdown: one file per subject."""
