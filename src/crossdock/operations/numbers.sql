-- take: A number stands for this case from now on; nothing if it stood for one before. Waits for who takes it just now.
insert into business_identity (company_id, document, issuer, number, revision, digest, subject)
values ($1, $2, $3, $4, '', $5, $6)
on conflict do nothing
returning subject;
