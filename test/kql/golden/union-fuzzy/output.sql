select q3.s7 as c0 from (select count(*) as s7 from (select 1 as one from "main"."users" as q2) as q1) as q3
