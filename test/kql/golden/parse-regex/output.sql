-- $1 = "(?i)^(user): (.*) \\(from (.*)\\)$"
-- $2 = "User: ada (from Oslo)"
-- $3 = "user: bob (from Rome)"
select coalesce(q2.m.g0, '') as c0, coalesce(q2.m.g1, '') as c1 from (select regexp_extract(q1.s1, $1, ['t0', 'g0', 'g1']) as m from (values (cast($2 as VARCHAR)), ($3)) as q1(s1)) as q2
