from discgrade.step import step

with step(snakemake, private=True) as job:  # noqa: F821
    job.output("ratings").write_text("patient_id\nMueller\n")
