/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/search-query.h"
#include "daemon/store.h"

/*
 * The search index: for each chunk of 4,096 message numbers, each word of daemon/search-text.h, and which of
 * the messages have it. A message that goes takes its places along at once, and secure_delete overwrites
 * them: no word of it stays behind in the file.
 *
 * Whoever inserts, changes or deletes the text of a message tells the index in the same transaction, with
 * the text as it is in the store: store_message_insert() does; a deletion calls store_search_remove() before
 * it, and a change store_search_remove() with the old text, then store_search_add() with the new one.
 */
int store_search_add(Store *store, uint64_t number, int64_t contact, const char *text, size_t size);
int store_search_remove(Store *store, uint64_t number, int64_t contact, const char *text, size_t size);

/* After opening: throws away an index that was made by other rules. Begins its own transaction. */
int store_search_open(Store *store);

/*
 * Indexes some of the messages that are not, newest first, and says whether more are left: an index that is
 * new is filled by and by. In a transaction.
 */
int store_search_fill(Store *store, bool *left_out);

typedef struct SearchRequest {
        const SearchQuery *query;
        int64_t contact; /* 0: in all conversations */
        uint64_t before; /* only smaller numbers; 0: no bound */
        unsigned limit;
} SearchRequest;

/*
 * What is found, newest first. *next_out is where to go on (as `before`), or 0 when there is no more: a page
 * also ends where it gets too large, or too much was looked at. What message points to is good only within
 * each(), which returns 0 to go on.
 */
typedef int (*SearchEach)(void *userdata, const Message *message, const SearchMatch *match);
int store_search_each(Store *store, const SearchRequest *request, SearchEach each, void *userdata,
                      uint64_t *next_out);
