using Reuseportd.Linux.Preload;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Methods;

/// <summary>How the sockets of one process get their options. Pure.</summary>
/// <param name="Method">The method that reaches the sockets of the program.</param>
/// <param name="UsesLibrary">True if the process is asked to load the preload library.</param>
/// <param name="UsesKernel">True if the control group of the process has the BPF programs.</param>
/// <param name="UsesSeccomp">True if the daemon answers the process's bind(2) calls.</param>
internal sealed record MethodChoice(ShardingMethod Method, bool UsesLibrary, bool UsesKernel, bool UsesSeccomp)
{
    /// <summary>The library, in a program that it is thought to reach.</summary>
    public static readonly MethodChoice Default = new(ShardingMethod.Preload, UsesLibrary: true, false, false);

    /// <summary>The configured method.</summary>
    public ShardingMethod Wanted { get; init; }

    /// <summary>The reason why the library does not reach the program; null if it does, or if the reason is not known.</summary>
    public PreloadDiagnosis? Unreached { get; init; }

    /// <summary>The reason why a method that the service needs is not used; null if none is missing.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The reason why <c>privileged_ports</c> has no effect; null if it has one, or is not set.</summary>
    public string? NoPrivilegedPorts { get; init; }

    /// <summary>The change that would let another method share the port.</summary>
    public MethodRemedy Remedy { get; init; }

    /// <summary>True if no method in use reaches the program, so that its port is not shared.</summary>
    public bool IsUnshared => Unreached is not null && !UsesKernel && !UsesSeccomp;

    /// <summary>The method that shares the port if the program has no library; the library's if there is none.</summary>
    public ShardingMethod WithoutLibrary =>
        UsesKernel ? ShardingMethod.Kernel : UsesSeccomp ? ShardingMethod.Seccomp : ShardingMethod.Preload;

    /// <summary>True if outcomes come without the library.</summary>
    public bool IsObserved => UsesKernel || UsesSeccomp;

    /// <summary>True if the library is expected to write outcome lines.</summary>
    public bool ExpectsLines => UsesLibrary && (Unreached is null || !IsObserved);

    /// <param name="wanted">The configured method.</param>
    /// <param name="unreached">The reason why the library does not reach the program; null if it does, or if it may.</param>
    /// <param name="noKernel">The reason why the BPF programs cannot be used; null if they can.</param>
    /// <param name="noSeccomp">The reason why the daemon cannot answer calls; null if it can.</param>
    public static MethodChoice Of(
        ShardingMethod wanted, PreloadDiagnosis? unreached, string? noKernel, string? noSeccomp) => wanted switch
    {
        ShardingMethod.Kernel when noKernel is null => new(ShardingMethod.Kernel, false, UsesKernel: true, false),
        ShardingMethod.Kernel => Library(unreached, noKernel),
        ShardingMethod.Seccomp when noSeccomp is null => new(ShardingMethod.Seccomp, false, false, UsesSeccomp: true),
        ShardingMethod.Seccomp => Library(unreached, noSeccomp),
        ShardingMethod.Preload => Library(unreached, obstacle: null),
        _ when noKernel is null => new(
            unreached is null ? ShardingMethod.Preload : ShardingMethod.Kernel, UsesLibrary: true, UsesKernel: true, false)
        {
            Unreached = unreached,
        },
        _ when unreached is not null && noSeccomp is null =>
            new(ShardingMethod.Seccomp, UsesLibrary: true, false, UsesSeccomp: true) { Unreached = unreached },
        _ => Library(unreached, unreached is null ? null : $"{noKernel}; method seccomp: {noSeccomp}"),
    };

    /// <summary>The choice after the process turned out not to have the library.</summary>
    public MethodChoice After(PreloadDiagnosis silence) => this with
    {
        Method = UsesKernel ? ShardingMethod.Kernel : Method,
        Unreached = silence,
    };

    private static MethodChoice Library(PreloadDiagnosis? unreached, string? obstacle) =>
        new(ShardingMethod.Preload, UsesLibrary: true, false, false) { Unreached = unreached, Obstacle = obstacle };
}

/// <summary>A change of the configuration or the host that would let another method share the port.</summary>
internal enum MethodRemedy
{
    /// <summary>No change is known.</summary>
    None,

    /// <summary>Remove the configured method.</summary>
    RemoveMethod,

    /// <summary>Configure the method seccomp.</summary>
    ConfigureSeccomp,

    /// <summary>Set <c>no_new_privileges</c>, so that seccomp can be used.</summary>
    SetNoNewPrivileges,

    /// <summary>Give the daemon a control group, so that the kernel method can be used.</summary>
    DelegateGroup,
}
