"""Guidelines of partners: one YAML file for each partner, document and version, held against what comes and goes."""
