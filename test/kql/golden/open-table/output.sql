select q1."Known" as c0, '' as c1, true as c2 from "main"."loose" as q1
