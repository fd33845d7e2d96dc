-- $1 = "adaada"
-- $2 = "(?i)(?:^|[^\\pL\\pN])adaada(?:$|[^\\pL\\pN])"
select q3.s5 as c0, q3.s6 as c1 from (select (q2.s4 || q2.s4) as s5, length(q2.s4) as s6 from (select upper(q1."User") as s4 from "main"."users" as q1) as q2) as q3 where ((q3.s6 > (2)::BIGINT) and (contains(lower(q3.s5), $1) and regexp_matches(q3.s5, $2)))
