/* bpf_objects.S */
#ifndef REUSEPORTD_BPF_OBJECTS_H
#define REUSEPORTD_BPF_OBJECTS_H

extern const char reuseportd_steering_object[] __attribute__((visibility("hidden")));
extern const char reuseportd_sharding_object[] __attribute__((visibility("hidden")));

#endif
