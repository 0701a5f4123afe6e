-- find: A case as it stands.
select id, process, version, company_id, state, data, opened_at, changed_at, finished, parked
from process_case where id = $1;

-- by_key: The cases a business key of these kinds names.
select distinct subject, company_id from business_key
where kind = any($1::text[]) and value = $2 and ($3::text is null or company_id = $3)
order by subject;

-- keys: By which names a case is known.
select kind, issuer, value from business_key where subject = $1 order by kind, issuer, value;

-- links: Which documents belong to a case, and to which cases it belongs.
select document, subject, line, role from document_link where subject = $1 or document = $1
order by role, document, subject, line;

-- deadlines: What a case waits for.
select name, kind, due_at, fired_at, owed_by, money_at_risk, currency from deadline where case_id = $1
order by due_at, name;

-- deliveries: What a case sent, without the bytes.
select id, system, operation as document, number, status, attempts, code, detail, reply, business_at, delivered_at
from delivery where case_id = $1 order by id;

-- exceptions: The exception cases of a case.
select id, case_id, company_id, code, key, detail, lines, owner, money_at_risk, currency, expected_on, reference,
       opened_at, changed_at, closed_at, resolution
from exception_case where case_id = $1 order by opened_at, id;

-- list: Cases of a process in the order of their ids, behind a cursor.
select id, company_id, state, finished, parked, opened_at, changed_at from process_case
where id > $1 and id >= $2 || '/' and id < $2 || '0'
  and ($3::text[] is null or company_id = any($3::text[]))
  and ($4::text is null or split_part(id, '/', 3) = $4)
  and ($5::text is null or state = $5)
order by id limit $6;

-- numbered: As `list`, those whose business key of the process's own kind is this number.
select id, company_id, state, finished, parked, opened_at, changed_at from process_case
where id = any(array(select subject from business_key where kind = $2 and value = $7))
  and id > $1 and process = $2
  and ($3::text[] is null or company_id = any($3::text[]))
  and ($4::text is null or split_part(id, '/', 3) = $4)
  and ($5::text is null or state = $5)
order by id limit $6;

-- list_all: Cases of one process or all, in the order of their ids, behind a cursor, with their open problems.
select c.id, c.process, c.version, c.company_id, c.state, c.opened_at, c.changed_at, c.finished, c.parked,
       (select count(*) from exception_case e where e.case_id = c.id and e.closed_at is null) as problems
from process_case c
where c.id > $1 and ($2 = '' or (c.id >= $2 || '/' and c.id < $2 || '0'))
  and ($3::text[] is null or c.company_id = any($3::text[]))
  and ($4::text is null or (c.process = 'sales_order' and split_part(c.id, '/', 3) = $4))
  and ($5::text is null or c.state = $5)
  and (not $6::boolean or not c.finished)
  and (not $7::boolean or exists (select 1 from deadline d
       where d.case_id = c.id and d.kind = 'expectation' and d.fired_at is not null))
order by c.id limit $8;
