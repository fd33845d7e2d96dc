-- $1 = "User"
-- $2 = "System.String"
-- $3 = "string"
-- $4 = "Department"
-- $5 = "Level"
-- $6 = "System.Int32"
-- $7 = "int"
select q1.s4 as c0, q1.s5 as c1, q1.s6 as c2, q1.s7 as c3 from (values (cast($1 as VARCHAR), cast((0)::BIGINT as BIGINT), cast($2 as VARCHAR), cast($3 as VARCHAR)), ($4, (1)::BIGINT, $2, $3), ($5, (2)::BIGINT, $6, $7)) as q1(s4, s5, s6, s7)
