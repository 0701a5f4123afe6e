-- With which version of the network a worker was started: one of another version than is in force leaves channels and
-- stock policies to the others. 0: it did not say.
alter table worker_session add column network_version integer not null default 0;
