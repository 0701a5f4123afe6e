-- next: a place where a fact left less than was promised
select company_id, item, location, subject, entry from repromise_due
order by company_id, item, location limit 1 for update skip locked

-- done: promises were made again there
delete from repromise_due where company_id = $1 and item = $2 and location = $3
