/*
 * Called around each change of identity, of a thread or of a child that shares the daemon's memory. Not for
 * use in a child.
 */
#ifndef REUSEPORTD_IDENTITY_H
#define REUSEPORTD_IDENTITY_H

void reuseportd_identity_begin(void);
void reuseportd_identity_end(void);

#endif
