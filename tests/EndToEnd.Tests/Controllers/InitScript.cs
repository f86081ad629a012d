namespace EndToEnd.Tests.Controllers;

/// <summary>Process 1 of a <see cref="VirtualMachine"/>.</summary>
internal static class InitScript
{
    /// <summary>The directory of the programs of tests/TestWorkers.</summary>
    public const string Workers = "/opt/testworkers";

    /// <summary>The directory of the kernel's modules.</summary>
    public const string Modules = "/modules";

    /// <summary>The mount point of the control groups.</summary>
    public const string Groups = "/sys/fs/cgroup";

    /// <summary>Printed once, when the machine accepts commands.</summary>
    public const string Ready = "ready";

    /// <summary>Ends the output of a script, and its errors. No text contains it.</summary>
    public const char End = '\u0001';

    /// <summary>
    /// Takes a script from each line of the first serial port, and answers with its output, <see cref="End"/>, its errors,
    /// another, and its exit code. The script starts few processes, as each takes long on an emulated processor.
    /// </summary>
    public const string Text = $"""
        #!/bin/sh
        export PATH=/usr/bin:/bin
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs devtmpfs /dev
        mount -t cgroup2 -o nsdelegate cgroup2 {Groups}
        echo '+cpu +memory +pids' > {Groups}/cgroup.subtree_control
        ip link set lo up
        for module in {Modules}/*; do [ ! -e $module ] || insmod $module; done

        exec <> /dev/ttyS0 >&0 2>&0
        stty raw -echo
        echo {Ready}
        while IFS= read -r line; do
            code=0
            (eval "$(printf %b "$line")") < /dev/null > /run/output 2> /run/errors || code=$?
            [ ! -s /run/output ] || cat /run/output
            printf '\001'
            [ ! -s /run/errors ] || cat /run/errors
            printf '\001%d\n' $code
        done

        """;

    /// <summary>A script as a line of the serial port, for the <c>%b</c> of printf(1).</summary>
    public static string Line(string script) =>
        script.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
