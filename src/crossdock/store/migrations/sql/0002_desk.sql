-- Which deadline a promise has: 0 is the one it was made with, and each that was put in its place counts one more.
alter table reservation add column deadline integer not null default 0;

-- Since when the caller who asked for it has meant it for good.
alter table reservation add column confirmed_at timestamptz;

-- Which order took a caller's reservation over.
create index promise_movement_adopted on promise_movement (reservation) where kind = 'adopt' and reserved < 0;
