-- The database of the expenses example: its schema and its rows. Amounts are in
-- cents.
--
-- The example loads this file into an empty database. To load it by hand, from
-- the root of the repository:
--
--     sqlite3 expenses.db ".read examples/expenses/expenses.sql"
--     go run ./examples/expenses -db expenses.db
--
-- or in this folder:
--
--     sqlite3 expenses.db ".read expenses.sql"
--     go run . -db expenses.db
--
-- Every statement ends at the end of a line. "INTEGER PRIMARY KEY" is SQLite's
-- spelling of a key that the database generates. For PostgreSQL and MySQL the
-- program replaces it.

BEGIN;

CREATE TABLE organizations (
    id INTEGER PRIMARY KEY,
    name VARCHAR(200) NOT NULL
);

CREATE TABLE locations (
    id INTEGER PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    organization_id INTEGER NOT NULL REFERENCES organizations (id)
);

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email VARCHAR(200) NOT NULL UNIQUE,
    title VARCHAR(200) NOT NULL,
    location_id INTEGER NOT NULL REFERENCES locations (id),
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    manager_id INTEGER REFERENCES users (id)
);

CREATE TABLE expenses (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    amount BIGINT NOT NULL,
    description TEXT NOT NULL
);

CREATE INDEX expenses_user_id ON expenses (user_id);

INSERT INTO organizations (id, name) VALUES
    (1, 'Foo Industries'),
    (2, 'Bar, Inc.');

INSERT INTO locations (id, name, organization_id) VALUES
    (1, 'Lisbon', 1),
    (2, 'Tallinn', 1),
    (3, 'Nairobi', 2);

INSERT INTO users (id, email, title, location_id, organization_id, manager_id) VALUES
    (1, 'alice@foo.com', 'CEO', 1, 1, NULL),
    (2, 'beatriz@foo.com', 'CFO', 1, 1, 1),
    (3, 'bhavik@foo.com', 'Senior Accountant', 1, 1, 2),
    (4, 'cora@foo.com', 'Accountant', 1, 1, 3),
    (5, 'dmitri@foo.com', 'CTO', 2, 1, 1),
    (6, 'esther@foo.com', 'Engineering Manager', 2, 1, 5),
    (7, 'frantz@foo.com', 'Software Engineer', 2, 1, 6),
    (8, 'gulnara@foo.com', 'Software Engineer', 2, 1, 6),
    (9, 'hiroshi@foo.com', 'Office Manager', 1, 1, 2),
    (10, 'zora@bar.com', 'Managing Director', 3, 2, NULL),
    (11, 'yusuf@bar.com', 'Head of Sales', 3, 2, 10),
    (12, 'xenia@bar.com', 'Sales Representative', 3, 2, 11),
    (13, 'wendell@bar.com', 'Bookkeeper', 3, 2, 10);

INSERT INTO expenses (id, user_id, amount, description) VALUES
    (1, 7, 2166, 'Airport coffee.'),
    (2, 1, 17743, 'Pug irony.'),
    (3, 3, 7278, 'Toner for the printer nobody owns.'),
    (4, 9, 6231, 'Train to Porto.'),
    (5, 11, 1435, 'Two nights near the harbour.'),
    (6, 7, 45647, 'Whiteboard markers, all green.'),
    (7, 9, 2082, 'Team lunch, rained out.'),
    (8, 10, 1791, 'Keyboard with quiet switches.'),
    (9, 3, 2170, 'Keyboard without quiet switches.'),
    (10, 1, 1139, 'Earplugs.'),
    (11, 12, 3698, 'Parking at the client.'),
    (12, 2, 9693, 'Parking fine at the client.'),
    (13, 8, 3783, 'Birthday cake for the server.'),
    (14, 12, 1943, 'Umbrella for visitors.'),
    (15, 11, 57683, 'Conference ticket.'),
    (16, 8, 1862, 'Conference T-shirt, wrong size.'),
    (17, 12, 4993, 'Ferry to Helsinki.'),
    (18, 7, 934, 'Translation of a contract.'),
    (19, 1, 8330, 'Stamps.'),
    (20, 6, 607, 'Courier to the notary.'),
    (21, 12, 787, 'Notary.'),
    (22, 5, 1808, 'Tea for the tax auditor.'),
    (23, 10, 258, 'Biscuits for the tax auditor.'),
    (24, 4, 9317, 'Second-hand desk.'),
    (25, 2, 26924, 'Screws for the second-hand desk.'),
    (26, 4, 8870, 'Carpenter for the second-hand desk.'),
    (27, 5, 1567, 'New desk.'),
    (28, 6, 1646, 'Cable, 10 m.'),
    (29, 13, 38402, 'Cable, 11 m.'),
    (30, 6, 8434, 'Adapter for the adapter.'),
    (31, 4, 16833, 'Plants for the entrance.'),
    (32, 9, 1298, 'Plastic plants for the entrance.'),
    (33, 8, 2911, 'Museum tickets for the delegation.'),
    (34, 3, 47384, 'Dinner with the delegation.'),
    (35, 2, 7706, 'Taxi after the dinner.'),
    (36, 13, 4586, 'Projector bulb.'),
    (37, 1, 1295, 'Software licence, one year.'),
    (38, 5, 5014, 'Book on double-entry bookkeeping.'),
    (39, 9, 21684, 'Book on compilers.'),
    (40, 10, 891, 'Book on apologies.'),
    (41, 11, 58131, 'Rental van.'),
    (42, 7, 67664, 'Fuel for the rental van.'),
    (43, 13, 65003, 'Photographs of the rental van.'),
    (44, 3, 886, 'Business cards.'),
    (45, 8, 1980, 'Business cards, spelled right.'),
    (46, 4, 45894, 'Fire extinguisher check.'),
    (47, 9, 1582, 'Coffee beans, 5 kg.'),
    (48, 1, 5711, 'Oat milk.'),
    (49, 5, 451, 'Descaler.'),
    (50, 9, 46597, 'Water for the all-hands.'),
    (51, 7, 2566, 'Microphone for the all-hands.'),
    (52, 4, 37059, 'Chairs for the all-hands.'),
    (53, 7, 7578, 'Domain name.'),
    (54, 6, 269, 'Domain name with a hyphen.'),
    (55, 10, 1159, 'Certificate of origin.'),
    (56, 5, 2251, 'Flight to Nairobi.'),
    (57, 13, 661, 'Hotel in Nairobi.'),
    (58, 1, 1606, 'Vaccination before Nairobi.'),
    (59, 11, 1215, 'SIM card.'),
    (60, 7, 513, 'Postcards to customers.'),
    (61, 11, 1666, 'Trade fair stand.'),
    (62, 5, 2933, 'Carpet of the trade fair stand.'),
    (63, 4, 6108, 'Giveaways for the trade fair.'),
    (64, 9, 1540, 'Overnight train.'),
    (65, 8, 5096, 'Breakfast on the overnight train.'),
    (66, 12, 1414, 'Screwdriver set.'),
    (67, 4, 46020, 'Label printer.'),
    (68, 7, 1454, 'Labels for the label printer.'),
    (69, 2, 1866, 'Standing mat.'),
    (70, 12, 1137, 'Chess clock for meetings.'),
    (71, 10, 9807, 'Recording of the annual talk.'),
    (72, 11, 17016, 'Flowers for reception.'),
    (73, 4, 257, 'First-aid kit.'),
    (74, 3, 41632, 'Replacement plasters.'),
    (75, 11, 1786, 'Bicycle repair.'),
    (76, 12, 69263, 'Locker keys.'),
    (77, 8, 6226, 'Locker keys, again.'),
    (78, 12, 2333, 'Language course, level one.'),
    (79, 11, 3055, 'Language course, level two.'),
    (80, 3, 1444, 'Exam fee.'),
    (81, 9, 5907, 'Umbrella for staff.'),
    (82, 6, 2837, 'Folding table.'),
    (83, 10, 326, 'Bread knife for the kitchen.'),
    (84, 6, 1454, 'Fridge thermometer.'),
    (85, 8, 14884, 'Noise meter.'),
    (86, 6, 8151, 'Foam panels against noise.'),
    (87, 2, 9688, 'Tram passes.'),
    (88, 5, 54252, 'Phone repair.'),
    (89, 13, 9781, 'Phone case.'),
    (90, 11, 9511, 'Data recovery.'),
    (91, 9, 76797, 'External disk.'),
    (92, 6, 5362, 'External disk for the external disk.'),
    (93, 7, 22398, 'Podcast advertisement.'),
    (94, 12, 859, 'Printing of the price list.'),
    (95, 9, 2139, 'Reprint of the price list.'),
    (96, 8, 2002, 'Sample shipment.'),
    (97, 2, 6097, 'Customs for the sample shipment.'),
    (98, 12, 8646, 'Pallet.'),
    (99, 2, 592, 'Guest room.'),
    (100, 7, 62062, 'Interpreter, half a day.'),
    (101, 3, 41992, 'Lunch with a supplier.'),
    (102, 12, 38962, 'Lunch without the supplier.'),
    (103, 10, 38904, 'Subscription to a trade journal.'),
    (104, 8, 4323, 'Archive boxes.'),
    (105, 3, 2009, 'Shredder bags.'),
    (106, 5, 87829, 'Winter tyres.'),
    (107, 13, 1954, 'Ice scraper.');

COMMIT;
