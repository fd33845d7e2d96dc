-- $1 = "'; drop table signins; --"
-- $2 = "$1 \\x"
-- $3 = "\u0000é\t\""
-- $4 = "{\"$1'\":\"x\\\"y\"}"
-- $5 = "drop"
-- $6 = "(?i)(?:^|[^\\pL\\pN])drop(?:$|[^\\pL\\pN])"
-- $7 = "$2"
select $1 as c0, $2 as c1, $3 as c2, $4::JSON as c3 where ((contains($1, $5) and regexp_matches($1, $6)) and ($2 <> $7))
