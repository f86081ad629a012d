namespace EndToEnd.Tests.Harness;

/// <summary>Starts of the daemon in a control group.</summary>
internal static class CgroupStart
{
    /// <summary>Starts the daemon in the group, and waits until every worker is ready or has failed.</summary>
    public static async Task StartInAsync(this Daemon daemon, DelegatedCgroup cgroup, params string[] arguments)
    {
        await daemon.EnterAsync(cgroup);
        await daemon.StartAsync(arguments);
    }

    /// <summary>Later starts of the daemon are in the group: a script enters the group and executes the daemon.</summary>
    public static async Task EnterAsync(this Daemon daemon, DelegatedCgroup cgroup) =>
        daemon.Binary = await daemon.Folder.ScriptAsync(
            "reuseportd", $"#!/bin/sh\necho 0 > {cgroup.Path}/cgroup.procs && exec {Artifacts.Daemon} \"$@\"\n");
}
