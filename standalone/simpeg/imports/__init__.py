"""Import of completion records from a file: read (``table``), check (``rows``), apply (``importer``)."""
