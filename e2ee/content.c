/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/content.h"

#include "e2ee/wipe.h"

void content_deinit(Content *content)
{
        wipe_and_free(content->text, content->text_size);
        free(content->receipt_ids);
        wipe_and_free(content->group_info, content->group_info_size);
        if (content->attachment)
                wipe_and_free(content->attachment->thumbnail, content->attachment->thumbnail_size);
        wipe_and_free(content->attachment, sizeof(*content->attachment));
        sodium_memzero(content, sizeof(*content));
}
