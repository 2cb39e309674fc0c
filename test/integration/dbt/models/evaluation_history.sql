{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['day', 'stratum']) }}

WITH daily AS (
    SELECT day, stratum, score_matrix(model, benchmark, score) AS m
    FROM {{ source('evals', 'scores') }}
    {% if is_incremental() %} WHERE day >= (SELECT max(day) FROM {{ this }}) {% endif %}
    GROUP BY day, stratum
), before AS (
    {% if is_incremental() %}
    SELECT DISTINCT ON (stratum) stratum, m FROM {{ this }}
    WHERE day < (SELECT max(day) FROM {{ this }})
    ORDER BY stratum, day DESC
    {% else %}
    SELECT NULL AS stratum, NULL::score_matrix AS m
    {% endif %}
)
SELECT day, stratum, merge(before.m, rollup(daily.m) OVER (PARTITION BY stratum ORDER BY day)) AS m
FROM daily LEFT JOIN before USING (stratum)
