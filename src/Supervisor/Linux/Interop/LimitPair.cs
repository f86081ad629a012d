using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

/// <summary><c>struct rlimit</c> of getrlimit(2) on a 64-bit kernel; <see cref="ulong.MaxValue"/> means no limit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct LimitPair(ulong Soft, ulong Hard);
