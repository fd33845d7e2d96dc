-- $1 = "User: ada (from Oslo)"
-- $2 = "user: bob (from Rome)"
select coalesce(q2.m.g0, '') as c0, coalesce(q2.m.g1, '') as c1 from (select regexp_extract(q1.s1, '(?i)^(user): (.*) \(from (.*)\)$', ['t0', 'g0', 'g1']) as m from (values (cast($1 as VARCHAR)), ($2)) as q1(s1)) as q2
