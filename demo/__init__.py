"""The demo data's past. Imported by what loads demo data, and by nothing else."""
