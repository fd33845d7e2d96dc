-- $1 = "Signins"
-- $2 = "sales"
-- $3 = "(?i)(?:^|[^\\pL\\pN])sales(?:$|[^\\pL\\pN])"
-- $4 = "ad"
-- $5 = "(?i)(?:^|[^\\pL\\pN])ad"
-- $6 = "Users"
select q1.s13 as c0, q1.s15 as c1, q1.s21 as c2 from (select $1 as s13, q2."User" as s15, '' as s21 from "main"."signins" as q2 where ((((contains(lower(q2."User"), $2) and regexp_matches(q2."User", $3)) or (contains(lower(q2."IP"), $2) and regexp_matches(q2."IP", $3))) or (contains(lower(coalesce(json_extract_string(q2."Details", '$'), '')), $2) and regexp_matches(coalesce(json_extract_string(q2."Details", '$'), ''), $3))) or (contains(lower(q2."User"), $4) and regexp_matches(q2."User", $5))) union all select $6 as s13, q3."User" as s15, q3."Department" as s21 from "main"."users" as q3 where (((contains(lower(q3."User"), $2) and regexp_matches(q3."User", $3)) or (contains(lower(q3."Department"), $2) and regexp_matches(q3."Department", $3))) or (contains(lower(q3."User"), $4) and regexp_matches(q3."User", $5)))) as q1 order by q1.s13 asc nulls first, q1.s15 asc nulls first
