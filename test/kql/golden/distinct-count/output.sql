select q3.s10 as c0 from (select count(*) as s10 from (select distinct q1."User" as s8, q1."IP" as s9 from "main"."signins" as q1) as q2) as q3
