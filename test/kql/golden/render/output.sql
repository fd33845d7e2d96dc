select q2.s8 as c0, q2.s9 as c1 from (select make_timestamp(k_bin(epoch_us(q1."TimeGenerated"), 86400000000)) as s8, count(*) as s9 from "main"."signins" as q1 group by 1) as q2
