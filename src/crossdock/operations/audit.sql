-- record: Who did what, to what, why.
insert into audit (actor, scope, action, company_id, subject, detail) values ($1, $2, $3, $4, $5, $6);

-- trail: What people and callers did to one thing, oldest first.
select at, actor, scope, action, detail from audit where subject = $1 order by id;
