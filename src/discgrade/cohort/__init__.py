"""Who is studied: one cohort out of the shards, its flow of exclusions, patient-wise splits and the outlier check."""
