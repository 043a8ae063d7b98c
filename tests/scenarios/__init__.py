"""Stories of a whole desk, a file each: from the quotes that came in to what stands in the record and at the broker."""
