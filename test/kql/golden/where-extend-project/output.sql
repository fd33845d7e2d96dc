-- $1 = "bob"
select q1."User" as c0, k_mul(q1."Attempts", (2)::BIGINT) as c1, coalesce(json_extract_string(q1."Details", '$."city"'), '') as c2, q1."TimeGenerated" as c3 from "main"."signins" as q1 where ((q1."TimeGenerated" >= make_timestamp(1709251200000000)) and (lower(q1."User") = $1))
