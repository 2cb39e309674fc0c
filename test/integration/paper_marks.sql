-- What is known of the paper's benchmarks: of these nine higher is better, as "make
-- demo" says too, and one shares its items with a capability benchmark.
\set higher_is_better '{Brier MMLU,ANLI,ETHICS,AdvGLUE,CrowS-Pairs English,BBQ Ambiguous,GCG,Sycophancy,WMDP Cyber}'
\set overlaps '{"Brier MMLU": ["MMLU"]}'
