-- next: a place where a fact left less than was promised, unless it is put off
select company_id, item, location, subject, entry, attempts from repromise_due
where wait_until <= clock_timestamp()
order by company_id, item, location limit 1 for update skip locked

-- done: promises were made again there
delete from repromise_due where company_id = $1 and item = $2 and location = $3

-- put_off: that failed, and is tried again later; unless it was done meanwhile and is due because of another fact
update repromise_due set attempts = attempts + 1, wait_until = clock_timestamp() + $5::interval, failure = $6
where company_id = $1 and item = $2 and location = $3 and entry = $4
