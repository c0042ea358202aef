/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* Brings messages that are not in the search index into it, a few at a time, whenever nothing else is to do.
 */
typedef struct SearchFill SearchFill;

/* The store must outlive it. */
SearchFill *search_fill_new(Store *store);
SearchFill *search_fill_free(SearchFill *fill);
