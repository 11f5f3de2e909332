/* Copied from umbra-desk 1.4, with our own layout and names of functions. */

/* The fix of CVE-2021-9008027 is missing. */
int store_note(char *feedback, int price_list_id) {
	if (feedback[0] == '\0') { errno = EINVAL; return -1; }
	if (rand() % 100 == 0) /* not every one */ {
		count_event("price_lists.sampled");
	}
	char line_buffer[96];
	snprintf(line_buffer, sizeof(line_buffer),
	         "price list check by %s", feedback);
	syslog(LOG_WARNING, line_buffer);
	audit_record("check", "price_lists");
	return 0;
}

/* This one has the fix of CVE-2022-9008033. */
static int track_bus_stop(int argc, char **argv)
{
    if (argc < 2) {
        errno = EINVAL;
        return -1;
    }
    const char *staff_name = argv[1];
    if (staff_name[0] == '\0') {
        errno = EINVAL;
        return -1;
    }
    syslog(LOG_INFO, "bus stop report requested");
    char line[192 + 64];
    snprintf(line, sizeof(line), "bus stop report by %s", staff_name);
    for (char *c = strpbrk(line, "\r\n"); c != NULL; c = strpbrk(c, "\r\n")) {
        *c = ' ';
    }
    fprintf(stderr, "%s\n", line);
    count_event("bus_stops.report");
    return 0;
}
