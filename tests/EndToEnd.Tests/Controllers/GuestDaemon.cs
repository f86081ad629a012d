using System.Globalization;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

/// <summary>The daemon in a <see cref="VirtualMachine"/>, with a configuration, a log and a control group of its own.</summary>
/// <param name="name">Unique to this daemon.</param>
internal sealed class GuestDaemon(VirtualMachine machine, string name)
{
    private readonly List<LogRecord> _records = [];
    private int _read;

    /// <summary>The delegation of the group to the daemon.</summary>
    public Delegation Delegation { get; init; } = Delegation.Marked;

    /// <summary>The controllers that are enabled for the group.</summary>
    public string Controllers { get; init; } = "+cpu +memory +pids";

    /// <summary>Commands that run when the group exists, as <c>$group</c>, before the daemon starts.</summary>
    public string Prepare { get; init; } = "";

    /// <summary>The path of the group in <c>/proc/PID/cgroup</c>, outside of a container.</summary>
    public string Group => $"/{name}/reuseportd";

    private string GroupPath => InitScript.Groups + Group;

    private string Folder => $"/run/{name}";

    /// <summary>Writes the configuration, for the next start or reload.</summary>
    public Task ConfigureAsync(string yaml) =>
        machine.DoAsync($"mkdir -p {Folder}/etc\ncat > {Folder}/etc/reuseportd.yaml <<'END'\n{yaml}\nEND");

    /// <summary>Starts the daemon, and waits until every worker is ready or has failed.</summary>
    public async Task StartAsync()
    {
        var before = _records.LastOrDefault();
        await LaunchAsync();
        await EventAsync("started", after: before);
    }

    /// <summary>Starts the daemon, without a wait.</summary>
    public Task LaunchAsync() => machine.DoAsync($$"""
        set -e
        group={{GroupPath}}
        mkdir -p $group
        echo '{{Controllers}}' > $group/../cgroup.subtree_control
        {{Prepare}}
        {{Delegation.Prepare(GroupPath, Folder)}}
        cat > {{Folder}}/start <<'END'
        echo $$ > {{Folder}}/pid
        echo 0 > {{GroupPath}}/cgroup.procs
        exec {{Delegation.Run($"reuseportd --config {Folder}/etc --socket {Folder}/control.sock --log json")}}
        END
        : >> {{Folder}}/log
        rm -f {{Folder}}/code
        { code=0; sh {{Folder}}/start || code=$?; echo $code > {{Folder}}/code; } >> {{Folder}}/log 2> {{Folder}}/errors &
        """);

    /// <summary><c>reuseportd --check</c> in a process outside of the group.</summary>
    public Task<Command> CheckAsync() => machine.RunAsync($"reuseportd --check --config {Folder}/etc");

    public Task<Command> ControlAsync(string words) => machine.RunAsync($"reuseportctl --socket {Folder}/control.sock {words}");

    /// <summary>A file of a group of the daemon's.</summary>
    public async Task<string> FileAsync(string path) => (await machine.DoAsync($"cat {GroupPath}/{path}")).Trim();

    /// <summary>A number in such a file, where each line is "NAME NUMBER".</summary>
    public async Task<long> NumberAsync(string path, string field) => long.Parse(
        (await FileAsync(path)).Split('\n').Select(line => line.Split(' ')).First(words => words[0] == field)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Groups in the daemon's.</summary>
    public async Task<string[]> GroupsAsync() =>
        [
            .. (await machine.DoAsync($"cd {GroupPath}; ls -d */ 2> /dev/null || :"))
                .Split((string[])["/", "\n"], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    /// <summary>The process that was started last in a slot.</summary>
    public async Task<int> PidOfAsync(string worker)
    {
        await ReadAsync();
        return _records.Last(record => record.Event == "spawn" && record.Worker == worker).Pid;
    }

    /// <summary>True if a process runs. A zombie does not run.</summary>
    public async Task<bool> RunsAsync(int pid) => (await machine.RunAsync($"cat /proc/{pid}/cmdline")).Out.Length > 0;

    public Task SignalAsync(int pid, string signal) => machine.DoAsync($"kill -{signal} {pid}");

    public Task<LogRecord> EventAsync(string kind, string? worker = null, LogRecord? after = null) => WaitAsync(
        record => record.Event == kind && (worker is null || record.Worker == worker) && record.Index > (after?.Index ?? -1),
        $"{kind} {worker}");

    /// <summary>A worker's own line with this beginning.</summary>
    public Task<LogRecord> LineAsync(string start, string worker) => WaitAsync(
        record => record.IsLine && record.Worker == worker && record.Message.StartsWith(start, StringComparison.Ordinal),
        $"the line '{start}' of {worker}");

    public async Task<LogRecord[]> EventsAsync(string kind, string? worker = null)
    {
        await ReadAsync();
        return [.. _records.Where(record => record.Event == kind && (worker is null || record.Worker == worker))];
    }

    /// <summary>Sends SIGTERM and waits for the end of the daemon. Its group then has the group of the daemon only.</summary>
    public async Task StopAsync()
    {
        await machine.DoAsync($"kill -TERM $(cat {Folder}/pid)");
        Assert.Equal(0, await ExitAsync());
        Assert.Equal(["supervisor"], await GroupsAsync());
        Assert.Equal("", await FileAsync("supervisor/cgroup.procs"));
    }

    /// <summary>Sends SIGKILL to the daemon only, and waits for its end.</summary>
    public async Task DieAsync()
    {
        await machine.DoAsync($"kill -KILL $(cat {Folder}/pid)");
        await ExitAsync();
    }

    /// <returns>Its exit code, as the shell has it.</returns>
    public async Task<int> ExitAsync()
    {
        await Deadline.UntilAsync(async () => (await CodeAsync()).Length > 0, "the daemon ends");
        return int.Parse(await CodeAsync(), CultureInfo.InvariantCulture);

        async Task<string> CodeAsync() => (await machine.RunAsync($"cat {Folder}/code")).Out.Trim();
    }

    /// <summary>All that the daemon wrote to stderr.</summary>
    public Task<string> ErrorsAsync() => machine.DoAsync($"cat {Folder}/errors");

    /// <summary>Kills all that is in the group, for a test that failed.</summary>
    /// <returns>The output of the daemon.</returns>
    public async Task<string> EndAsync() =>
        (await machine.RunAsync($"echo 1 > {GroupPath}/cgroup.kill\ncat {Folder}/errors {Folder}/log")).Out;

    private async Task<LogRecord> WaitAsync(Func<LogRecord, bool> matches, string what)
    {
        LogRecord? found = null;
        await Deadline.UntilAsync(
            async () =>
            {
                await ReadAsync();
                return (found = _records.Find(record => matches(record))) is not null;
            },
            what);
        return found!;
    }

    /// <summary>New lines of the log since the last call.</summary>
    private async Task ReadAsync()
    {
        var text = await machine.DoAsync($"tail -c +{_read + 1} {Folder}/log");
        text = text[..(text.LastIndexOf('\n') + 1)];
        _read += Encoding.UTF8.GetByteCount(text);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            _records.Add(new LogRecord(_records.Count, JsonDocument.Parse(line).RootElement));
    }
}
