using System.Runtime.InteropServices;

namespace Linux.Tests.Interop;

/// <summary>
/// Expressions of C with the values that the daemon has for them: those that are the same on all its architectures.
/// </summary>
internal static unsafe class KernelNumbers
{
    public static readonly (string Name, long Value)[] Calls =
    [
        ("SYS_epoll_pwait2", Libc.EpollPwait2Number),
        ("SYS_pidfd_send_signal", Libc.PidfdSendSignalNumber),
        ("SYS_pidfd_open", Libc.PidfdOpenNumber),
        ("SYS_pidfd_getfd", Libc.PidfdGetFdNumber),
        ("SYS_close_range", Libc.CloseRangeNumber),
        ("SECCOMP_IOCTL_NOTIF_RECV", (long)Libc.SeccompReceive),
        ("SECCOMP_IOCTL_NOTIF_SEND", (long)Libc.SeccompSend),
        ("SECCOMP_IOCTL_NOTIF_ID_VALID", (long)Libc.SeccompIsValid),
    ];

    public static readonly (string Name, long Value)[] Flags =
    [
        ("O_CREAT", Libc.OpenCreate),
        ("O_CLOEXEC", Libc.OpenCloseOnExec),
        ("O_PATH", Libc.OpenPath),
        ("AT_EMPTY_PATH", Libc.AtEmptyPath),
        ("AT_SYMLINK_NOFOLLOW", Libc.AtNoFollow),
        ("AT_REMOVEDIR", Libc.AtRemoveDirectory),
        ("EPOLL_CLOEXEC", Libc.EpollCloseOnExec),
        ("EFD_CLOEXEC", Libc.EventFdCloseOnExec),
        ("EFD_NONBLOCK", Libc.EventFdNonBlocking),
        ("SOCK_STREAM", Libc.SocketStream),
        ("SOCK_DGRAM", Libc.SocketDatagram),
        ("SOCK_NONBLOCK", Libc.SocketNonBlocking),
        ("SOCK_CLOEXEC", Libc.SocketCloseOnExec),
        ("SOL_SOCKET", Libc.LevelSocket),
        ("SO_REUSEADDR", Libc.OptionReuseAddress),
        ("SO_REUSEPORT", Libc.OptionReusePort),
        ("SO_BINDTODEVICE", Libc.OptionBindToDevice),
        ("SO_DOMAIN", Libc.OptionFamily),
        ("SO_ATTACH_REUSEPORT_CBPF", Libc.OptionAttachClassic),
        ("SO_ATTACH_REUSEPORT_EBPF", Libc.OptionAttachProgram),
        ("SO_DETACH_REUSEPORT_BPF", Libc.OptionDetachProgram),
        ("SO_COOKIE", Libc.OptionCookie),
        ("MSG_DONTWAIT", Libc.WithoutWait),
        ("MSG_NOSIGNAL", Libc.SendNoSignal),
        ("MSG_CMSG_CLOEXEC", Libc.ReceiveCloseOnExec),
        ("SIGCHLD", Libc.SignalChild),
        ("P_PIDFD", Libc.WaitByPidfd),
        ("WEXITED", Libc.WaitExited),
        ("WNOWAIT", Libc.WaitNoReap),
        ("RLIMIT_NOFILE", Libc.LimitOfDescriptors),
        ("_SC_CLK_TCK", Libc.ClockTicks),
        ("MAP_SHARED", Libc.MapShared),
        ("F_ADD_SEALS", Libc.AddSeals),
        ("ST_NOSUID", (long)Libc.MountNoSetUid),
        ("ST_NOEXEC", (long)Libc.MountNoExec),
    ];

    public static readonly (string Name, long Value)[] Layouts =
    [
        ("sizeof(struct timespec)", sizeof(Libc.TimeSpec)),
        ("sizeof(struct pollfd)", sizeof(Libc.PollEntry)),
        ("sizeof(struct rlimit)", sizeof(LimitPair)),
        ("sizeof(struct iovec)", sizeof(Libc.Bytes)),
        ("sizeof(struct msghdr)", sizeof(Libc.Message)),
        ("sizeof(struct mmsghdr)", sizeof(Libc.SentMessage)),
        ("sizeof(struct passwd)", sizeof(Libc.User)),
        ("sizeof(struct group)", sizeof(Libc.Group)),
        ("sizeof(struct statx)", sizeof(Libc.FileStatus)),
        ("sizeof(struct statvfs)", sizeof(Libc.MountFacts)),
        ("sizeof(siginfo_t)", sizeof(Libc.SignalInfo)),
        ("sizeof(struct seccomp_notif)", sizeof(Libc.SeccompNotification)),
        ("sizeof(struct seccomp_notif_resp)", sizeof(Libc.SeccompAnswer)),
        ("sizeof(struct seccomp_notif_sizes)", sizeof(Libc.SeccompStructures)),
        ("offsetof(struct msghdr, msg_control)", Offset<Libc.Message>(nameof(Libc.Message.Control))),
        ("offsetof(struct msghdr, msg_flags)", Offset<Libc.Message>(nameof(Libc.Message.Flags))),
        ("offsetof(struct passwd, pw_dir)", Offset<Libc.User>(nameof(Libc.User.Directory))),
        ("offsetof(struct group, gr_mem)", Offset<Libc.Group>(nameof(Libc.Group.Members))),
        ("offsetof(struct statvfs, f_flag)", Offset<Libc.MountFacts>(nameof(Libc.MountFacts.Flags))),
        ("offsetof(struct statx, stx_ino)", Offset<Libc.FileStatus>(nameof(Libc.FileStatus.Inode))),
        ("offsetof(struct statx, stx_dev_major)", Offset<Libc.FileStatus>(nameof(Libc.FileStatus.DeviceMajor))),
        ("offsetof(siginfo_t, si_code)", Offset<Libc.SignalInfo>(nameof(Libc.SignalInfo.Code))),
        ("offsetof(siginfo_t, si_status)", Offset<Libc.SignalInfo>(nameof(Libc.SignalInfo.Status))),
        ("sizeof(struct reuseportd_request)", sizeof(Native.Request)),
        ("sizeof(struct reuseportd_result)", sizeof(Native.Result)),
        ("sizeof(struct reuseportd_limit)", sizeof(Native.Limit)),
        ("sizeof(struct reuseportd_identity)", sizeof(Native.Identity)),
        ("sizeof(struct reuseportd_guarding)", sizeof(Native.Guarding)),
        ("sizeof(struct reuseportd_sharding)", sizeof(Native.Sharding)),
        ("sizeof(struct reuseportd_steering)", sizeof(Native.Steering)),
        ("sizeof(struct share_event)", sizeof(ShardingOutcome)),
        ("sizeof(struct share_layout)", sizeof(KernelLayout)),
        ("sizeof(struct share_worker)", sizeof(ShardingWorker)),
        ("sizeof(struct steering_slot)", sizeof(SteeringMaps.Slot)),
    ];

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);
}
