-- claim: Take Idempotency-Keys with the answer that will hold if nothing speaks against the call; sorted.
insert into idempotency_answer (consumer, key, digest, status, answer)
select * from unnest($1::text[], $2::text[], $3::bytea[], $4::smallint[], $5::text[])
on conflict do nothing
returning consumer, key;

-- answered: What was answered under these keys.
select a.consumer, a.key, a.digest, a.status, a.answer
from unnest($1::text[], $2::text[]) as asked (consumer, key)
join idempotency_answer as a on a.consumer = asked.consumer and a.key = asked.key;

-- correct: Replace answers that were taken for granted in this transaction.
update idempotency_answer as a set status = given.status, answer = given.answer
from unnest($1::text[], $2::text[], $3::smallint[], $4::text[]) as given (consumer, key, status, answer)
where a.consumer = given.consumer and a.key = given.key;

-- forget: End some of the keys that are older than the promise to remember them.
delete from idempotency_answer where ctid = any(array(
    select ctid from idempotency_answer where created_at < statement_timestamp() - $1::interval
    order by created_at limit $2
))
returning 1;
