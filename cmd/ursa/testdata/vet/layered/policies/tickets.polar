allow(agent: Agent, "ticket:close", ticket: Ticket) if ticket.queue in agent.queues;
allow(agent: Agent, "ticket:read", ticket: Ticket) if ticket.queue in agent.queues;
deny(agent: Agent, "ticket:reopen", _: Ticket) if agent.trainee;
