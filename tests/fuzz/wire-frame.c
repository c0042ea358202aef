/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>

#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both directions decode any bytes; what is accepted encodes again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Wire__ClientFrame *client = NULL;
        Wire__ServerFrame *server = NULL;
        uint64_t request;

        if (frame_decode_client(data, size, &client, &request) == 0) {
                ssize_t encoded = frame_size_client(client);

                if (encoded > 0) {
                        uint8_t *copy = malloc((size_t)encoded);

                        assert(copy);
                        frame_encode_client(client, copy);
                        free(copy);
                }
                frame_free_client(client);
        }
        if (frame_decode_server(data, size, &server, &request) == 0) {
                ssize_t encoded = frame_size_server(server);

                if (encoded > 0) {
                        uint8_t *copy = malloc((size_t)encoded);

                        assert(copy);
                        frame_encode_server(server, copy);
                        free(copy);
                }
                frame_free_server(server);
        }
        return 0;
}
