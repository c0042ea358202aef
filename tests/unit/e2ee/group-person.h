/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "e2ee/group-session.h"

/*
 * Five people and a group for the tests. Randomness is a stream from a seed and the clock a number, so each
 * run is the same. The first is the creator and has added the others; nobody is there whom the test does not
 * ask to be.
 */
enum { ALICE, BOB, CAROL, DAVE, ERIN, EVERYBODY, PACKAGES_MAX = 16 };

typedef struct Person {
        uint64_t seed, counter;
        E2eeContext context;
        Identity identity;
        GroupSelf self;
        GroupPackage packages[PACKAGES_MAX]; /* with secrets that are still there */
        size_t package_count;
        GroupPackageSource source;
        GroupSession *session; /* or NULL */
} Person;

void person_init(Person *person, const char *name, uint64_t seed);
void person_deinit(Person *person);
/* A fresh key package; its public part is good until the person is gone. */
MlsSlice person_package(Person *person, GroupPackageKind kind);
void person_joins(Person *person, const MlsBuffer *welcome);
int person_try_join(Person *person, const MlsBuffer *welcome); /* the refusal; deletes one-time packages */
/* The session is stored and loaded, and stays the same. */
void person_restarts(Person *person);
MlsBuffer person_state(const Person *person);

/* An ADD of somebody, by a one-time package. */
GroupChange change_add(Person *whom);
GroupChange change_of(GroupChangeKind kind, const Person *whom);
GroupChange change_name(const char *name);
GroupChange change_number(GroupChangeKind kind, uint32_t number);

/* Commits, which has to go, and waits for the server. */
GroupCommit person_commits(Person *by, const GroupChange *changes, size_t count);
int person_try_commit(Person *by, GroupChange change); /* the refusal; nothing stays pending */
/* Takes in what is not refused; to be released by group_event_deinit(). */
GroupEvent person_takes(Person *person, const MlsBuffer *message);
void person_drops(Person *person, const MlsBuffer *message); /* takes it, and lets the event go */
/* Refuses with this code, not a byte of the session changed; who, if not NULL, is named as the sender. */
void person_refuses(Person *person, const MlsBuffer *message, int code, const char *who);
MlsBuffer person_sends(Person *person, const char *text);
void person_reads(Person *person, const MlsBuffer *message, const Person *from, const char *text);

typedef struct Circle {
        Person people[EVERYBODY];
        Person mallory; /* not in the group */
} Circle;

/* For g_test_add(). */
void circle_set_up(Circle *circle, const void *data);
void circle_tear_down(Circle *circle, const void *data);
/* A commit that is accepted and reaches everybody who is in; who is added joins. */
void circle_commits(Circle *circle, unsigned by, const GroupChange *changes, size_t count);
void circle_commits_one(Circle *circle, unsigned by, GroupChange change);
/* All who have an active session have the same group. */
void circle_agrees(Circle *circle, unsigned expected_members);
/* Everybody who is in writes, and everybody else who is in reads it. */
void circle_talks(Circle *circle);
