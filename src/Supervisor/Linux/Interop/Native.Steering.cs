using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

/// <summary>The functions of Native/Steering/steering.h. All return 0 or an errno.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library, EntryPoint = "reuseportd_steering_open")]
    public static partial int OpenSteering(uint slots, Steering* opened);

    [LibraryImport(Library, EntryPoint = "reuseportd_steering_put")]
    public static partial int PutSocket(SafeHandle sockets, uint slot, SafeHandle socket);

    [LibraryImport(Library, EntryPoint = "reuseportd_steering_remove")]
    public static partial int RemoveSocket(SafeHandle sockets, uint slot);

    [LibraryImport(Library, EntryPoint = "reuseportd_steering_cookie")]
    public static partial int CookieOf(SafeHandle sockets, uint slot, ulong* cookie);

    [LibraryImport(Library, EntryPoint = "reuseportd_steering_check")]
    public static partial int CheckSteering(Steering* opened, uint* slots);

    [StructLayout(LayoutKind.Sequential)]
    public struct Steering
    {
        public int Program;
        public int Sockets;
        public int Slots;
        public int Group;
    }
}
