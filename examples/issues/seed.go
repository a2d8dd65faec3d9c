package main

// This file defines seed, which fills an empty database.

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// seed creates the tables and the rows of the example, unless they are there. A database with
// other tables is an error. MySQL commits each CREATE TABLE, the others do all or nothing.
func seed(db *gorm.DB) error {
	return db.Transaction(func(tx *gorm.DB) error {
		tables, err := tx.Migrator().GetTables()
		if err != nil || len(tables) > 0 {
			if err == nil && !tx.Migrator().HasTable(&Issue{}) {
				err = errors.New("the database has other tables (choose another one with -db)")
			}
			return err
		}
		if err := tx.AutoMigrate(models...); err != nil {
			return err
		}
		for _, rows := range seeds() { // the database assigns the ids
			if err := tx.Omit(clause.Associations).Create(rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// seeds returns the rows of each table, in the order of their ids from 1.
func seeds() []any {
	const alice, bob, cem, eve = 1, 2, 3, 4
	const website, backend, engine = 1, 2, 3
	issue := func(project, author int64, title, body string) Issue {
		return Issue{ProjectID: project, AuthorID: author, Title: title, Body: body, Status: Open}
	}
	by := func(id int64) *int64 { return &id }
	issues := []Issue{
		issue(website, cem, "The menu is cut off on phones", "On a narrow screen, the last entry cannot be reached."),
		issue(website, bob, "Write an imprint", "The page needs an address."),
		issue(website, cem, "Anyone can read invoices", "Changing the number in the URL shows the invoice of another customer."),
		issue(backend, alice, "Rotate the signing key", "The key is two years old."),
		issue(backend, bob, "Move the backups to another region", "All copies are in one building."),
		issue(backend, alice, "The contract with the host ends", "We pay too much. Nobody else should see the offer yet."),
		issue(engine, eve, "Upgrade the compiler", "The new release is faster."),
	}
	issues[1].Status, issues[1].AssigneeID = Closed, by(bob)
	issues[2].Confidential = true
	issues[3].AssigneeID = by(bob)
	issues[5].Confidential = true
	for n := range 20 {
		issues = append(issues, issue(website, bob, fmt.Sprintf("Translate page %d", n+1), "The text is only in English."))
	}
	return []any{
		[]User{{Name: "Alice"}, {Name: "Bob"}, {Name: "Cem"}, {Name: "Eve"}},
		[]Organization{{Name: "Acme"}, {Name: "Other"}},
		[]Membership{
			{OrganizationID: 1, UserID: alice, Role: Owner}, {OrganizationID: 1, UserID: bob, Role: Member},
			{OrganizationID: 2, UserID: eve, Role: Owner},
		},
		[]Project{
			{OrganizationID: 1, Name: "Website", Public: true}, {OrganizationID: 1, Name: "Backend"},
			{OrganizationID: 2, Name: "Engine"},
		},
		issues,
	}
}
