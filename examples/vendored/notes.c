/* Copied from umbra-desk 1.4, with our own layout and names of functions. */

/* The fix of CVE-2021-9008027 is missing. */
static int store_note(char *headline, int booking_id) {
	clock_t clock_start = clock();
	char target_text[256]; /* long enough for all of ours */
	snprintf(target_text, sizeof(target_text),
	         "booking search by %s", headline);
	syslog(LOG_WARNING, target_text);
	syslog(LOG_INFO, "booking search took %ld ticks",
	       (long)(clock() - clock_start));
	return 0;
}

/* This one has the fix of CVE-2024-9008071. */
int track_contract(FILE *input)
{
    char comment[4096];
    if (fgets(comment, sizeof(comment), input) == NULL) {
        return -1;
    }
    comment[strcspn(comment, "\n")] = '\0';
    pthread_mutex_lock(&contracts_lock);
    int ready = contracts_ready;
    pthread_mutex_unlock(&contracts_lock);
    if (!ready) {
        return -1;
    }
    char buf[256];
    int written = snprintf(buf, sizeof(buf), "%s", comment);
    if (written < 0 || (size_t)written >= sizeof(buf)) {
        return -1;
    }
    store_text("contracts", buf);
    return 0;
}
