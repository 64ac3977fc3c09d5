export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "holdfast": {
          Tables: {
            "actions": {
                  Row: {
                    "acted_at": string,"actor": string,"affected": number,"approval_id": number | null,"budget": string | null,"channel": string | null,"class": string | null,"id": number,"incident_id": number | null,"job_id": number | null,"lane": string | null,"params": NonNullable<Json>,"queue": string | null,"reason": string | null,"result": NonNullable<Json>,"schedule": string | null,"stop_id": number | null,"subject": string,"verb": string,"worker_id": number | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "acted_at": string,"actor": string,"affected"?: number,"approval_id"?: number | null,"budget"?: string | null,"channel"?: string | null,"class"?: string | null,"id"?: never,"incident_id"?: number | null,"job_id"?: number | null,"lane"?: string | null,"params"?: NonNullable<Json>,"queue"?: string | null,"reason"?: string | null,"result"?: NonNullable<Json>,"schedule"?: string | null,"stop_id"?: number | null,"subject": string,"verb": string,"worker_id"?: number | null,"workspace_id": string
                  }
                  Update: {
                    "acted_at"?: string,"actor"?: string,"affected"?: number,"approval_id"?: number | null,"budget"?: string | null,"channel"?: string | null,"class"?: string | null,"id"?: never,"incident_id"?: number | null,"job_id"?: number | null,"lane"?: string | null,"params"?: NonNullable<Json>,"queue"?: string | null,"reason"?: string | null,"result"?: NonNullable<Json>,"schedule"?: string | null,"stop_id"?: number | null,"subject"?: string,"verb"?: string,"worker_id"?: number | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "actions_verb_subject_fkey"
      columns: ["verb","subject"]
isOneToOne: false
      referencedRelation: "my_powers"
      referencedColumns: ["verb","subject"]
    },{
      foreignKeyName: "actions_verb_subject_fkey"
      columns: ["verb","subject"]
isOneToOne: false
      referencedRelation: "verbs"
      referencedColumns: ["verb","subject"]
    }
                  ]
                },"alert_channels": {
                  Row: {
                    "changed_at": string,"changed_by": string,"channel": string,"enabled": boolean,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "changed_at": string,"changed_by": string,"channel": string,"enabled": boolean,"workspace_id": string
                  }
                  Update: {
                    "changed_at"?: string,"changed_by"?: string,"channel"?: string,"enabled"?: boolean,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "alert_channels_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"alerts": {
                  Row: {
                    "channel": string,"created_at": string,"folded": number,"id": number,"incident_id": number | null,"job_id": number | null,"rule": string,"sent_at": string | null,"severity": string,"state": string,"subject": string,"text": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel": string,"created_at": string,"folded"?: number,"id"?: never,"incident_id"?: number | null,"job_id"?: number | null,"rule": string,"sent_at"?: string | null,"severity": string,"state"?: string,"subject": string,"text": string,"workspace_id": string
                  }
                  Update: {
                    "channel"?: string,"created_at"?: string,"folded"?: number,"id"?: never,"incident_id"?: number | null,"job_id"?: number | null,"rule"?: string,"sent_at"?: string | null,"severity"?: string,"state"?: string,"subject"?: string,"text"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"approval_decisions": {
                  Row: {
                    "approval_id": number,"decided_at": string,"decided_by": string,"decision": string,"digest": string,"reason": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "approval_id": number,"decided_at": string,"decided_by": string,"decision": string,"digest": string,"reason"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "approval_id"?: number,"decided_at"?: string,"decided_by"?: string,"decision"?: string,"digest"?: string,"reason"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "approval_decisions_approval_id_fkey"
      columns: ["approval_id"]
isOneToOne: false
      referencedRelation: "approval_overview"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "approval_decisions_approval_id_fkey"
      columns: ["approval_id"]
isOneToOne: false
      referencedRelation: "approvals"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "approval_decisions_approval_id_fkey"
      columns: ["approval_id"]
isOneToOne: false
      referencedRelation: "budget_overview"
      referencedColumns: ["pending_approval_id"]
    },{
      foreignKeyName: "approval_decisions_approval_id_fkey"
      columns: ["approval_id"]
isOneToOne: false
      referencedRelation: "schedule_overview"
      referencedColumns: ["pending_approval_id"]
    }
                  ]
                },"approvals": {
                  Row: {
                    "budget": string | null,"closed_at": string | null,"closed_reason": string | null,"digest": string,"expires_at": string,"id": number,"job_id": number | null,"kind": string | null,"least_role": string,"params": NonNullable<Json>,"purpose": string,"quorum": number,"reason": string | null,"requested_at": string,"requested_by": string,"run_id": number | null,"schedule": string | null,"shown": NonNullable<Json>,"state": string,"subject": string,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "budget"?: string | null,"closed_at"?: string | null,"closed_reason"?: string | null,"digest": string,"expires_at": string,"id"?: never,"job_id"?: number | null,"kind"?: string | null,"least_role": string,"params"?: NonNullable<Json>,"purpose": string,"quorum": number,"reason"?: string | null,"requested_at": string,"requested_by": string,"run_id"?: number | null,"schedule"?: string | null,"shown": NonNullable<Json>,"state"?: string,"subject": string,"venture"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "budget"?: string | null,"closed_at"?: string | null,"closed_reason"?: string | null,"digest"?: string,"expires_at"?: string,"id"?: never,"job_id"?: number | null,"kind"?: string | null,"least_role"?: string,"params"?: NonNullable<Json>,"purpose"?: string,"quorum"?: number,"reason"?: string | null,"requested_at"?: string,"requested_by"?: string,"run_id"?: number | null,"schedule"?: string | null,"shown"?: NonNullable<Json>,"state"?: string,"subject"?: string,"venture"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "approvals_least_role_fkey"
      columns: ["least_role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    }
                  ]
                },"budget_periods": {
                  Row: {
                    "budget_id": number,"ends_at": string,"reserved": number,"spent": number,"starts_at": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "budget_id": number,"ends_at": string,"reserved"?: number,"spent"?: number,"starts_at": string,"workspace_id": string
                  }
                  Update: {
                    "budget_id"?: number,"ends_at"?: string,"reserved"?: number,"spent"?: number,"starts_at"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "budget_periods_budget_id_fkey"
      columns: ["budget_id"]
isOneToOne: false
      referencedRelation: "budget_overview"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "budget_periods_budget_id_fkey"
      columns: ["budget_id"]
isOneToOne: false
      referencedRelation: "budgets"
      referencedColumns: ["id"]
    }
                  ]
                },"budgets": {
                  Row: {
                    "approval_threshold": number | null,"breached_at": string | null,"cap": number,"created_at": string,"created_by": string,"currency": string,"id": number,"name": string,"on_breach": string,"period": string,"scope": string,"scope_name": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "approval_threshold"?: number | null,"breached_at"?: string | null,"cap": number,"created_at": string,"created_by": string,"currency": string,"id"?: never,"name": string,"on_breach"?: string,"period": string,"scope": string,"scope_name"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "approval_threshold"?: number | null,"breached_at"?: string | null,"cap"?: number,"created_at"?: string,"created_by"?: string,"currency"?: string,"id"?: never,"name"?: string,"on_breach"?: string,"period"?: string,"scope"?: string,"scope_name"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"command_rules": {
                  Row: {
                    "created_at": string,"id": number,"least_role": string,"note": string,"program": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: never,"least_role"?: string,"note"?: string,"program": string,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"id"?: never,"least_role"?: string,"note"?: string,"program"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "command_rules_least_role_fkey"
      columns: ["least_role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "command_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"cost_entries": {
                  Row: {
                    "amount": number,"at": string,"budget": string | null,"counts_at": string,"currency": string,"entry": string,"id": number,"job_id": number | null,"kind": string | null,"lane": string | null,"run_id": number | null,"source": string,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount": number,"at": string,"budget"?: string | null,"counts_at": string,"currency": string,"entry": string,"id"?: never,"job_id"?: number | null,"kind"?: string | null,"lane"?: string | null,"run_id"?: number | null,"source": string,"venture"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "amount"?: number,"at"?: string,"budget"?: string | null,"counts_at"?: string,"currency"?: string,"entry"?: string,"id"?: never,"job_id"?: number | null,"kind"?: string | null,"lane"?: string | null,"run_id"?: number | null,"source"?: string,"venture"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"dead_letters": {
                  Row: {
                    "attempts": number,"closed_at": string | null,"closed_by": string | null,"died_at": string,"error_class": string | null,"fingerprint": string | null,"hint": string,"id": number,"job_id": number,"kind": string,"last_error": string | null,"note": string | null,"queue": string,"state": string,"state_before": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts": number,"closed_at"?: string | null,"closed_by"?: string | null,"died_at": string,"error_class"?: string | null,"fingerprint"?: string | null,"hint": string,"id"?: never,"job_id": number,"kind": string,"last_error"?: string | null,"note"?: string | null,"queue": string,"state"?: string,"state_before": string,"workspace_id": string
                  }
                  Update: {
                    "attempts"?: number,"closed_at"?: string | null,"closed_by"?: string | null,"died_at"?: string,"error_class"?: string | null,"fingerprint"?: string | null,"hint"?: string,"id"?: never,"job_id"?: number,"kind"?: string,"last_error"?: string | null,"note"?: string | null,"queue"?: string,"state"?: string,"state_before"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"duties": {
                  Row: {
                    "done_by": string | null,"every_seconds": number,"last_error": string | null,"last_failed_at": string | null,"last_result": Json | null,"last_seconds": number | null,"last_started_at": string | null,"last_succeeded_at": string | null,"name": string,"sentence": string
                  }
                  ComputedFields: never
                  Insert: {
                    "done_by"?: string | null,"every_seconds": number,"last_error"?: string | null,"last_failed_at"?: string | null,"last_result"?: Json | null,"last_seconds"?: number | null,"last_started_at"?: string | null,"last_succeeded_at"?: string | null,"name": string,"sentence": string
                  }
                  Update: {
                    "done_by"?: string | null,"every_seconds"?: number,"last_error"?: string | null,"last_failed_at"?: string | null,"last_result"?: Json | null,"last_seconds"?: number | null,"last_started_at"?: string | null,"last_succeeded_at"?: string | null,"name"?: string,"sentence"?: string
                  }
                  Relationships: [
                    
                  ]
                },"emergency_stops": {
                  Row: {
                    "budget_id": number | null,"engaged_at": string,"engaged_by": string,"id": number,"kill_running": boolean,"name": string | null,"reason": string,"released_at": string | null,"released_by": string | null,"released_reason": string | null,"scope": string,"what": (string)[],"workspace_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "budget_id"?: number | null,"engaged_at": string,"engaged_by": string,"id"?: never,"kill_running": boolean,"name"?: string | null,"reason": string,"released_at"?: string | null,"released_by"?: string | null,"released_reason"?: string | null,"scope": string,"what": (string)[],"workspace_id"?: string | null
                  }
                  Update: {
                    "budget_id"?: number | null,"engaged_at"?: string,"engaged_by"?: string,"id"?: never,"kill_running"?: boolean,"name"?: string | null,"reason"?: string,"released_at"?: string | null,"released_by"?: string | null,"released_reason"?: string | null,"scope"?: string,"what"?: (string)[],"workspace_id"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"incident_rules": {
                  Row: {
                    "rule": string,"sentence": string,"severity": string,"threshold": NonNullable<Json>
                  }
                  ComputedFields: never
                  Insert: {
                    "rule": string,"sentence": string,"severity": string,"threshold"?: NonNullable<Json>
                  }
                  Update: {
                    "rule"?: string,"sentence"?: string,"severity"?: string,"threshold"?: NonNullable<Json>
                  }
                  Relationships: [
                    
                  ]
                },"incident_steps": {
                  Row: {
                    "done_at": string,"done_by": string,"incident_id": number,"note": string | null,"step": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "done_at": string,"done_by": string,"incident_id": number,"note"?: string | null,"step": number,"workspace_id": string
                  }
                  Update: {
                    "done_at"?: string,"done_by"?: string,"incident_id"?: number,"note"?: string | null,"step"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "incident_steps_incident_id_fkey"
      columns: ["incident_id"]
isOneToOne: false
      referencedRelation: "incident_overview"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "incident_steps_incident_id_fkey"
      columns: ["incident_id"]
isOneToOne: false
      referencedRelation: "incidents"
      referencedColumns: ["id"]
    }
                  ]
                },"incidents": {
                  Row: {
                    "closed_at": string | null,"closed_by": string | null,"closed_reason": string | null,"contained_at": string | null,"evidence": NonNullable<Json>,"id": number,"last_seen_at": string,"opened_at": string,"opened_by": string,"rule": string,"sentence": string,"severity": string,"subject": string,"times_seen": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "closed_at"?: string | null,"closed_by"?: string | null,"closed_reason"?: string | null,"contained_at"?: string | null,"evidence"?: NonNullable<Json>,"id"?: never,"last_seen_at": string,"opened_at": string,"opened_by": string,"rule": string,"sentence": string,"severity": string,"subject": string,"times_seen"?: number,"workspace_id": string
                  }
                  Update: {
                    "closed_at"?: string | null,"closed_by"?: string | null,"closed_reason"?: string | null,"contained_at"?: string | null,"evidence"?: NonNullable<Json>,"id"?: never,"last_seen_at"?: string,"opened_at"?: string,"opened_by"?: string,"rule"?: string,"sentence"?: string,"severity"?: string,"subject"?: string,"times_seen"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "incidents_rule_fkey"
      columns: ["rule"]
isOneToOne: false
      referencedRelation: "incident_rules"
      referencedColumns: ["rule"]
    }
                  ]
                },"installation": {
                  Row: {
                    "one": boolean,"workspaces": number
                  }
                  ComputedFields: never
                  Insert: {
                    "one"?: boolean,"workspaces": number
                  }
                  Update: {
                    "one"?: boolean,"workspaces"?: number
                  }
                  Relationships: [
                    
                  ]
                },"job_classes": {
                  Row: {
                    "approval_hours": number,"approval_quorum": number,"approval_role": string,"backoff": string,"backoff_cap_seconds": number,"backoff_seconds": number,"created_at": string,"max_retries": number,"max_running": number | null,"name": string,"needs_approval": boolean,"quarantine_after": number,"retry_safe": boolean,"timeout_seconds": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "approval_hours"?: number,"approval_quorum"?: number,"approval_role"?: string,"backoff"?: string,"backoff_cap_seconds"?: number,"backoff_seconds"?: number,"created_at"?: string,"max_retries"?: number,"max_running"?: number | null,"name": string,"needs_approval"?: boolean,"quarantine_after"?: number,"retry_safe"?: boolean,"timeout_seconds"?: number,"workspace_id": string
                  }
                  Update: {
                    "approval_hours"?: number,"approval_quorum"?: number,"approval_role"?: string,"backoff"?: string,"backoff_cap_seconds"?: number,"backoff_seconds"?: number,"created_at"?: string,"max_retries"?: number,"max_running"?: number | null,"name"?: string,"needs_approval"?: boolean,"quarantine_after"?: number,"retry_safe"?: boolean,"timeout_seconds"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "job_classes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"job_dependencies": {
                  Row: {
                    "created_at": string,"depends_on": number,"job_id": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"depends_on": number,"job_id": number,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"depends_on"?: number,"job_id"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "job_dependencies_depends_on_fkey"
      columns: ["depends_on"]
isOneToOne: false
      referencedRelation: "allowed_actions"
      referencedColumns: ["job_id"]
    },{
      foreignKeyName: "job_dependencies_depends_on_fkey"
      columns: ["depends_on"]
isOneToOne: false
      referencedRelation: "job_history"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "job_dependencies_depends_on_fkey"
      columns: ["depends_on"]
isOneToOne: false
      referencedRelation: "jobs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "job_dependencies_depends_on_fkey"
      columns: ["depends_on"]
isOneToOne: false
      referencedRelation: "next_up"
      referencedColumns: ["job_id"]
    },{
      foreignKeyName: "job_dependencies_depends_on_fkey"
      columns: ["depends_on"]
isOneToOne: false
      referencedRelation: "stuck_jobs"
      referencedColumns: ["job_id"]
    },{
      foreignKeyName: "job_dependencies_job_id_fkey"
      columns: ["job_id"]
isOneToOne: false
      referencedRelation: "allowed_actions"
      referencedColumns: ["job_id"]
    },{
      foreignKeyName: "job_dependencies_job_id_fkey"
      columns: ["job_id"]
isOneToOne: false
      referencedRelation: "job_history"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "job_dependencies_job_id_fkey"
      columns: ["job_id"]
isOneToOne: false
      referencedRelation: "jobs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "job_dependencies_job_id_fkey"
      columns: ["job_id"]
isOneToOne: false
      referencedRelation: "next_up"
      referencedColumns: ["job_id"]
    },{
      foreignKeyName: "job_dependencies_job_id_fkey"
      columns: ["job_id"]
isOneToOne: false
      referencedRelation: "stuck_jobs"
      referencedColumns: ["job_id"]
    }
                  ]
                },"job_labels": {
                  Row: {
                    "created_at": string,"job_id": number,"key": string,"value": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at": string,"job_id": number,"key": string,"value": string,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"job_id"?: number,"key"?: string,"value"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"job_states": {
                  Row: {
                    "is_final": boolean,"sentence": string,"state": string
                  }
                  ComputedFields: never
                  Insert: {
                    "is_final": boolean,"sentence": string,"state": string
                  }
                  Update: {
                    "is_final"?: boolean,"sentence"?: string,"state"?: string
                  }
                  Relationships: [
                    
                  ]
                },"job_transitions": {
                  Row: {
                    "from_state": string,"to_state": string,"verb": string
                  }
                  ComputedFields: never
                  Insert: {
                    "from_state": string,"to_state": string,"verb": string
                  }
                  Update: {
                    "from_state"?: string,"to_state"?: string,"verb"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "job_transitions_from_state_fkey"
      columns: ["from_state"]
isOneToOne: false
      referencedRelation: "job_states"
      referencedColumns: ["state"]
    },{
      foreignKeyName: "job_transitions_to_state_fkey"
      columns: ["to_state"]
isOneToOne: false
      referencedRelation: "job_states"
      referencedColumns: ["state"]
    }
                  ]
                },"jobs": {
                  Row: {
                    "alike_failures": number,"attempt": number,"class": string,"concurrency_key": string | null,"consent": string | null,"crash_count": number,"created_at": string,"created_by": string,"depends_on": (number)[],"dispatched_at": string | null,"effective_priority": number,"error_class": string | null,"error_message": string | null,"est_cost": number | null,"external": boolean,"fingerprint": string | null,"finished_at": string | null,"held_by": (string)[],"id": number,"idempotency_key": string | null,"kind": string,"labels": NonNullable<Json>,"lane": string,"max_attempts": number,"name": string | null,"paid": boolean,"payload": NonNullable<Json>,"priority": number,"profile_version": number | null,"progress": number | null,"progress_message": string | null,"queue": string,"queued_at": string | null,"rerun_of": number | null,"result": Json | null,"run_at": string,"schedule": string | null,"started_at": string | null,"state": string,"suspect": boolean,"timeout_seconds": number,"trigger": string,"venture": string | null,"waits_for_slot": boolean | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "alike_failures"?: number,"attempt"?: number,"class": string,"concurrency_key"?: string | null,"consent"?: string | null,"crash_count"?: number,"created_at": string,"created_by": string,"depends_on"?: (number)[],"dispatched_at"?: string | null,"effective_priority"?: number,"error_class"?: string | null,"error_message"?: string | null,"est_cost"?: number | null,"external"?: boolean,"fingerprint"?: string | null,"finished_at"?: string | null,"held_by"?: (string)[],"id"?: never,"idempotency_key"?: string | null,"kind": string,"labels"?: NonNullable<Json>,"lane": string,"max_attempts": number,"name"?: string | null,"paid"?: boolean,"payload"?: NonNullable<Json>,"priority"?: number,"profile_version"?: number | null,"progress"?: number | null,"progress_message"?: string | null,"queue": string,"queued_at"?: string | null,"rerun_of"?: number | null,"result"?: Json | null,"run_at": string,"schedule"?: string | null,"started_at"?: string | null,"state": string,"suspect"?: boolean,"timeout_seconds": number,"trigger"?: string,"venture"?: string | null,"waits_for_slot"?: never,"workspace_id": string
                  }
                  Update: {
                    "alike_failures"?: number,"attempt"?: number,"class"?: string,"concurrency_key"?: string | null,"consent"?: string | null,"crash_count"?: number,"created_at"?: string,"created_by"?: string,"depends_on"?: (number)[],"dispatched_at"?: string | null,"effective_priority"?: number,"error_class"?: string | null,"error_message"?: string | null,"est_cost"?: number | null,"external"?: boolean,"fingerprint"?: string | null,"finished_at"?: string | null,"held_by"?: (string)[],"id"?: never,"idempotency_key"?: string | null,"kind"?: string,"labels"?: NonNullable<Json>,"lane"?: string,"max_attempts"?: number,"name"?: string | null,"paid"?: boolean,"payload"?: NonNullable<Json>,"priority"?: number,"profile_version"?: number | null,"progress"?: number | null,"progress_message"?: string | null,"queue"?: string,"queued_at"?: string | null,"rerun_of"?: number | null,"result"?: Json | null,"run_at"?: string,"schedule"?: string | null,"started_at"?: string | null,"state"?: string,"suspect"?: boolean,"timeout_seconds"?: number,"trigger"?: string,"venture"?: string | null,"waits_for_slot"?: never,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"kinds": {
                  Row: {
                    "class": string,"created_at": string,"description": string,"lane": string,"mode": string,"name": string,"payload_schema": Json | null,"profile": string | null,"queue": string,"timeout_seconds": number | null,"updated_at": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "class"?: string,"created_at"?: string,"description"?: string,"lane"?: string,"mode": string,"name": string,"payload_schema"?: Json | null,"profile"?: string | null,"queue"?: string,"timeout_seconds"?: number | null,"updated_at"?: string,"workspace_id": string
                  }
                  Update: {
                    "class"?: string,"created_at"?: string,"description"?: string,"lane"?: string,"mode"?: string,"name"?: string,"payload_schema"?: Json | null,"profile"?: string | null,"queue"?: string,"timeout_seconds"?: number | null,"updated_at"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "kinds_class_exists"
      columns: ["workspace_id","class"]
isOneToOne: false
      referencedRelation: "job_classes"
      referencedColumns: ["workspace_id","name"]
    },{
      foreignKeyName: "kinds_lane_exists"
      columns: ["workspace_id","lane"]
isOneToOne: false
      referencedRelation: "lane_overview"
      referencedColumns: ["workspace_id","lane"]
    },{
      foreignKeyName: "kinds_lane_exists"
      columns: ["workspace_id","lane"]
isOneToOne: false
      referencedRelation: "lanes"
      referencedColumns: ["workspace_id","name"]
    },{
      foreignKeyName: "kinds_queue_exists"
      columns: ["workspace_id","queue"]
isOneToOne: false
      referencedRelation: "queue_overview"
      referencedColumns: ["workspace_id","queue"]
    },{
      foreignKeyName: "kinds_queue_exists"
      columns: ["workspace_id","queue"]
isOneToOne: false
      referencedRelation: "queues"
      referencedColumns: ["workspace_id","name"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "kinds_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"labels": {
                  Row: {
                    "label": string,"meaning": string,"rule": string,"severity": string,"stale_after_seconds": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "label": string,"meaning": string,"rule": string,"severity": string,"stale_after_seconds"?: number | null
                  }
                  Update: {
                    "label"?: string,"meaning"?: string,"rule"?: string,"severity"?: string,"stale_after_seconds"?: number | null
                  }
                  Relationships: [
                    
                  ]
                },"lanes": {
                  Row: {
                    "created_at": string,"description": string,"max_per_hour": number | null,"max_running": number | null,"name": string,"paused_at": string | null,"paused_by": string | null,"paused_reason": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description"?: string,"max_per_hour"?: number | null,"max_running"?: number | null,"name": string,"paused_at"?: string | null,"paused_by"?: string | null,"paused_reason"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string,"max_per_hour"?: number | null,"max_running"?: number | null,"name"?: string,"paused_at"?: string | null,"paused_by"?: string | null,"paused_reason"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"leaders": {
                  Row: {
                    "acquired_at": string,"expires_at": string,"holder": string,"renewed_at": string,"role": string,"term": number
                  }
                  ComputedFields: never
                  Insert: {
                    "acquired_at": string,"expires_at": string,"holder": string,"renewed_at": string,"role": string,"term": number
                  }
                  Update: {
                    "acquired_at"?: string,"expires_at"?: string,"holder"?: string,"renewed_at"?: string,"role"?: string,"term"?: number
                  }
                  Relationships: [
                    
                  ]
                },"leases": {
                  Row: {
                    "acquired_at": string,"cost": number | null,"cpu_seconds": number | null,"expires_at": string,"heartbeat_at": string,"job_id": number,"memory_bytes": number | null,"mode": string,"progress": number | null,"progress_message": string | null,"token": number,"ttl_seconds": number,"verdict": string,"worker_id": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "acquired_at": string,"cost"?: number | null,"cpu_seconds"?: number | null,"expires_at": string,"heartbeat_at": string,"job_id": number,"memory_bytes"?: number | null,"mode": string,"progress"?: number | null,"progress_message"?: string | null,"token": number,"ttl_seconds"?: number,"verdict"?: string,"worker_id": number,"workspace_id": string
                  }
                  Update: {
                    "acquired_at"?: string,"cost"?: number | null,"cpu_seconds"?: number | null,"expires_at"?: string,"heartbeat_at"?: string,"job_id"?: number,"memory_bytes"?: number | null,"mode"?: string,"progress"?: number | null,"progress_message"?: string | null,"token"?: number,"ttl_seconds"?: number,"verdict"?: string,"worker_id"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"members": {
                  Row: {
                    "agent": boolean,"created_at": string,"role": string,"user_id": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent"?: boolean,"created_at"?: string,"role": string,"user_id": string,"workspace_id": string
                  }
                  Update: {
                    "agent"?: boolean,"created_at"?: string,"role"?: string,"user_id"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "members_role_fkey"
      columns: ["role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"output_rules": {
                  Row: {
                    "action": string,"created_at": string,"created_by": string,"enabled": boolean,"json_path": string | null,"kind": string | null,"name": string,"pattern": string | null,"severity": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action"?: string,"created_at": string,"created_by": string,"enabled"?: boolean,"json_path"?: string | null,"kind"?: string | null,"name": string,"pattern"?: string | null,"severity"?: string,"workspace_id": string
                  }
                  Update: {
                    "action"?: string,"created_at"?: string,"created_by"?: string,"enabled"?: boolean,"json_path"?: string | null,"kind"?: string | null,"name"?: string,"pattern"?: string | null,"severity"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "output_rules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"people": {
                  Row: {
                    "name": string,"user_id": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "name": string,"user_id": string,"workspace_id": string
                  }
                  Update: {
                    "name"?: string,"user_id"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "people_workspace_id_user_id_fkey"
      columns: ["workspace_id","user_id"]
isOneToOne: true
      referencedRelation: "members"
      referencedColumns: ["workspace_id","user_id"]
    }
                  ]
                },"profiles": {
                  Row: {
                    "args": (string)[],"class": string,"created_at": string,"created_by": string,"cwd": string | null,"description": string,"env": (string)[],"grace_seconds": number,"lane": string,"name": string,"parameter_schema": NonNullable<Json>,"program": string,"pty": boolean,"queue": string,"timeout_seconds": number | null,"version": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "args"?: (string)[],"class"?: string,"created_at"?: string,"created_by"?: string,"cwd"?: string | null,"description"?: string,"env"?: (string)[],"grace_seconds"?: number,"lane"?: string,"name": string,"parameter_schema"?: NonNullable<Json>,"program": string,"pty"?: boolean,"queue"?: string,"timeout_seconds"?: number | null,"version"?: number,"workspace_id": string
                  }
                  Update: {
                    "args"?: (string)[],"class"?: string,"created_at"?: string,"created_by"?: string,"cwd"?: string | null,"description"?: string,"env"?: (string)[],"grace_seconds"?: number,"lane"?: string,"name"?: string,"parameter_schema"?: NonNullable<Json>,"program"?: string,"pty"?: boolean,"queue"?: string,"timeout_seconds"?: number | null,"version"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"quarantine": {
                  Row: {
                    "evidence": NonNullable<Json>,"id": number,"job_id": number,"note": string | null,"opened_at": string,"reason_code": string,"recommended_action": string,"reviewed_at": string | null,"reviewer": string | null,"severity": string,"source": string,"state": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "evidence": NonNullable<Json>,"id"?: never,"job_id": number,"note"?: string | null,"opened_at": string,"reason_code": string,"recommended_action": string,"reviewed_at"?: string | null,"reviewer"?: string | null,"severity": string,"source": string,"state"?: string,"workspace_id": string
                  }
                  Update: {
                    "evidence"?: NonNullable<Json>,"id"?: never,"job_id"?: number,"note"?: string | null,"opened_at"?: string,"reason_code"?: string,"recommended_action"?: string,"reviewed_at"?: string | null,"reviewer"?: string | null,"severity"?: string,"source"?: string,"state"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"queues": {
                  Row: {
                    "created_at": string,"description": string,"keep_jobs_days": number,"keep_output_days": number,"max_per_hour": number | null,"max_running": number | null,"name": string,"paused_at": string | null,"paused_by": string | null,"paused_reason": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description"?: string,"keep_jobs_days"?: number,"keep_output_days"?: number,"max_per_hour"?: number | null,"max_running"?: number | null,"name": string,"paused_at"?: string | null,"paused_by"?: string | null,"paused_reason"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string,"keep_jobs_days"?: number,"keep_output_days"?: number,"max_per_hour"?: number | null,"max_running"?: number | null,"name"?: string,"paused_at"?: string | null,"paused_by"?: string | null,"paused_reason"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"refusals": {
                  Row: {
                    "actor": string,"id": number,"refused_at": string,"rule": string,"subject": string,"target": NonNullable<Json>,"verb": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "actor": string,"id"?: never,"refused_at": string,"rule": string,"subject": string,"target"?: NonNullable<Json>,"verb": string,"workspace_id": string
                  }
                  Update: {
                    "actor"?: string,"id"?: never,"refused_at"?: string,"rule"?: string,"subject"?: string,"target"?: NonNullable<Json>,"verb"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"roles": {
                  Row: {
                    "rank": number,"role": string,"sentence": string
                  }
                  ComputedFields: never
                  Insert: {
                    "rank": number,"role": string,"sentence": string
                  }
                  Update: {
                    "rank"?: number,"role"?: string,"sentence"?: string
                  }
                  Relationships: [
                    
                  ]
                },"run_output": {
                  Row: {
                    "at": string,"byte_offset": number,"data": string,"run_id": number,"stream": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "at": string,"byte_offset": number,"data": string,"run_id": number,"stream": string,"workspace_id": string
                  }
                  Update: {
                    "at"?: string,"byte_offset"?: number,"data"?: string,"run_id"?: number,"stream"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"runbook_steps": {
                  Row: {
                    "rule": string,"sentence": string,"step": number,"title": string
                  }
                  ComputedFields: never
                  Insert: {
                    "rule": string,"sentence": string,"step": number,"title": string
                  }
                  Update: {
                    "rule"?: string,"sentence"?: string,"step"?: number,"title"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "runbook_steps_rule_fkey"
      columns: ["rule"]
isOneToOne: false
      referencedRelation: "incident_rules"
      referencedColumns: ["rule"]
    }
                  ]
                },"runs": {
                  Row: {
                    "argv": (string)[] | null,"attempt": number,"boot_id": string | null,"command_pid": number | null,"command_started": string | null,"cost": number | null,"cpu_seconds": number | null,"cwd": string | null,"error_class": string | null,"error_message": string | null,"exit_code": number | null,"finished_at": string | null,"host": string | null,"id": number,"job_id": number,"memory_bytes": number | null,"orphan_cleared": boolean | null,"outcome": string | null,"program": string | null,"raw_bytes": number,"run_directory": string | null,"runner_pid": number | null,"runner_started": string | null,"signal": string | null,"started_at": string,"stderr_bytes": number,"stdout_bytes": number,"worker_id": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "argv"?: (string)[] | null,"attempt": number,"boot_id"?: string | null,"command_pid"?: number | null,"command_started"?: string | null,"cost"?: number | null,"cpu_seconds"?: number | null,"cwd"?: string | null,"error_class"?: string | null,"error_message"?: string | null,"exit_code"?: number | null,"finished_at"?: string | null,"host"?: string | null,"id"?: never,"job_id": number,"memory_bytes"?: number | null,"orphan_cleared"?: boolean | null,"outcome"?: string | null,"program"?: string | null,"raw_bytes"?: number,"run_directory"?: string | null,"runner_pid"?: number | null,"runner_started"?: string | null,"signal"?: string | null,"started_at": string,"stderr_bytes"?: number,"stdout_bytes"?: number,"worker_id": number,"workspace_id": string
                  }
                  Update: {
                    "argv"?: (string)[] | null,"attempt"?: number,"boot_id"?: string | null,"command_pid"?: number | null,"command_started"?: string | null,"cost"?: number | null,"cpu_seconds"?: number | null,"cwd"?: string | null,"error_class"?: string | null,"error_message"?: string | null,"exit_code"?: number | null,"finished_at"?: string | null,"host"?: string | null,"id"?: never,"job_id"?: number,"memory_bytes"?: number | null,"orphan_cleared"?: boolean | null,"outcome"?: string | null,"program"?: string | null,"raw_bytes"?: number,"run_directory"?: string | null,"runner_pid"?: number | null,"runner_started"?: string | null,"signal"?: string | null,"started_at"?: string,"stderr_bytes"?: number,"stdout_bytes"?: number,"worker_id"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"saved_views": {
                  Row: {
                    "created_at": string,"name": string,"page": string,"query": string,"user_id": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"name": string,"page": string,"query": string,"user_id"?: string,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"name"?: string,"page"?: string,"query"?: string,"user_id"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "saved_views_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"schedule_windows": {
                  Row: {
                    "decided_at": string,"decided_by": string,"job_id": number | null,"outcome": string,"reason": string | null,"schedule_id": number,"window_at": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "decided_at": string,"decided_by": string,"job_id"?: number | null,"outcome": string,"reason"?: string | null,"schedule_id": number,"window_at": string,"workspace_id": string
                  }
                  Update: {
                    "decided_at"?: string,"decided_by"?: string,"job_id"?: number | null,"outcome"?: string,"reason"?: string | null,"schedule_id"?: number,"window_at"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedule_windows_schedule_id_fkey"
      columns: ["schedule_id"]
isOneToOne: false
      referencedRelation: "schedule_overview"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "schedule_windows_schedule_id_fkey"
      columns: ["schedule_id"]
isOneToOne: false
      referencedRelation: "schedules"
      referencedColumns: ["id"]
    }
                  ]
                },"schedules": {
                  Row: {
                    "catch_up": string,"catch_up_limit": number,"class": string | null,"created_at": string,"created_by": string,"cron": string,"description": string,"enabled": boolean,"enabled_at": string | null,"enabled_by": string | null,"est_cost": number | null,"external": boolean,"id": number,"jitter_seconds": number,"kind": string,"lane": string | null,"last_job_id": number | null,"max_age_seconds": number,"name": string,"needs_approval": boolean,"next_window_at": string | null,"next_windows": (string)[],"overlap": string,"paid": boolean,"payload": NonNullable<Json>,"priority": number | null,"queue": string | null,"stepped_to": string | null,"time_zone": string,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "catch_up"?: string,"catch_up_limit"?: number,"class"?: string | null,"created_at": string,"created_by": string,"cron": string,"description"?: string,"enabled"?: boolean,"enabled_at"?: string | null,"enabled_by"?: string | null,"est_cost"?: number | null,"external"?: boolean,"id"?: never,"jitter_seconds"?: number,"kind": string,"lane"?: string | null,"last_job_id"?: number | null,"max_age_seconds"?: number,"name": string,"needs_approval"?: boolean,"next_window_at"?: string | null,"next_windows"?: (string)[],"overlap"?: string,"paid"?: boolean,"payload"?: NonNullable<Json>,"priority"?: number | null,"queue"?: string | null,"stepped_to"?: string | null,"time_zone": string,"venture"?: string | null,"workspace_id": string
                  }
                  Update: {
                    "catch_up"?: string,"catch_up_limit"?: number,"class"?: string | null,"created_at"?: string,"created_by"?: string,"cron"?: string,"description"?: string,"enabled"?: boolean,"enabled_at"?: string | null,"enabled_by"?: string | null,"est_cost"?: number | null,"external"?: boolean,"id"?: never,"jitter_seconds"?: number,"kind"?: string,"lane"?: string | null,"last_job_id"?: number | null,"max_age_seconds"?: number,"name"?: string,"needs_approval"?: boolean,"next_window_at"?: string | null,"next_windows"?: (string)[],"overlap"?: string,"paid"?: boolean,"payload"?: NonNullable<Json>,"priority"?: number | null,"queue"?: string | null,"stepped_to"?: string | null,"time_zone"?: string,"venture"?: string | null,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"stop_acknowledgements": {
                  Row: {
                    "acknowledged_at": string | null,"stop_id": number,"worker_id": number
                  }
                  ComputedFields: never
                  Insert: {
                    "acknowledged_at"?: string | null,"stop_id": number,"worker_id": number
                  }
                  Update: {
                    "acknowledged_at"?: string | null,"stop_id"?: number,"worker_id"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "stop_acknowledgements_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "emergency_stops"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "stop_acknowledgements_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "stop_overview"
      referencedColumns: ["stop_id"]
    },{
      foreignKeyName: "stop_acknowledgements_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "stop_report"
      referencedColumns: ["stop_id"]
    }
                  ]
                },"stopped_runs": {
                  Row: {
                    "job_id": number,"run_id": number,"stop_id": number,"worker_id": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "job_id": number,"run_id": number,"stop_id": number,"worker_id": number,"workspace_id": string
                  }
                  Update: {
                    "job_id"?: number,"run_id"?: number,"stop_id"?: number,"worker_id"?: number,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "stopped_runs_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "emergency_stops"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "stopped_runs_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "stop_overview"
      referencedColumns: ["stop_id"]
    },{
      foreignKeyName: "stopped_runs_stop_id_fkey"
      columns: ["stop_id"]
isOneToOne: false
      referencedRelation: "stop_report"
      referencedColumns: ["stop_id"]
    }
                  ]
                },"ventures": {
                  Row: {
                    "created_at": string,"name": string,"title": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"name": string,"title"?: string,"workspace_id": string
                  }
                  Update: {
                    "created_at"?: string,"name"?: string,"title"?: string,"workspace_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "ventures_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"verb_states": {
                  Row: {
                    "state": string,"subject": string,"verb": string
                  }
                  ComputedFields: never
                  Insert: {
                    "state": string,"subject": string,"verb": string
                  }
                  Update: {
                    "state"?: string,"subject"?: string,"verb"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "verb_states_verb_subject_fkey"
      columns: ["verb","subject"]
isOneToOne: false
      referencedRelation: "my_powers"
      referencedColumns: ["verb","subject"]
    },{
      foreignKeyName: "verb_states_verb_subject_fkey"
      columns: ["verb","subject"]
isOneToOne: false
      referencedRelation: "verbs"
      referencedColumns: ["verb","subject"]
    }
                  ]
                },"verbs": {
                  Row: {
                    "least_role": string,"needs_approval": boolean,"needs_reason": boolean,"persons_only": boolean,"sentence": string,"subject": string,"verb": string
                  }
                  ComputedFields: never
                  Insert: {
                    "least_role": string,"needs_approval"?: boolean,"needs_reason"?: boolean,"persons_only"?: boolean,"sentence": string,"subject": string,"verb": string
                  }
                  Update: {
                    "least_role"?: string,"needs_approval"?: boolean,"needs_reason"?: boolean,"persons_only"?: boolean,"sentence"?: string,"subject"?: string,"verb"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "verbs_least_role_fkey"
      columns: ["least_role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    }
                  ]
                },"workers": {
                  Row: {
                    "boot_id": string,"capacity": number,"draining_since": string | null,"ended_at": string | null,"ended_reason": string | null,"host": string,"id": number,"lanes": (string)[],"last_seen_at": string,"name": string,"pid": number,"pid_started": string,"pool_id": string | null,"started_at": string,"version": string
                  }
                  ComputedFields: never
                  Insert: {
                    "boot_id": string,"capacity": number,"draining_since"?: string | null,"ended_at"?: string | null,"ended_reason"?: string | null,"host": string,"id"?: never,"lanes": (string)[],"last_seen_at": string,"name": string,"pid": number,"pid_started": string,"pool_id"?: string | null,"started_at": string,"version"?: string
                  }
                  Update: {
                    "boot_id"?: string,"capacity"?: number,"draining_since"?: string | null,"ended_at"?: string | null,"ended_reason"?: string | null,"host"?: string,"id"?: never,"lanes"?: (string)[],"last_seen_at"?: string,"name"?: string,"pid"?: number,"pid_started"?: string,"pool_id"?: string | null,"started_at"?: string,"version"?: string
                  }
                  Relationships: [
                    
                  ]
                },"workspaces": {
                  Row: {
                    "allowed_roots": (string)[],"created_at": string,"currency": string,"id": string,"keep_events_days": number,"name": string,"single_operator": boolean,"slug": string,"time_zone": string
                  }
                  ComputedFields: never
                  Insert: {
                    "allowed_roots"?: (string)[],"created_at"?: string,"currency"?: string,"id"?: string,"keep_events_days"?: number,"name": string,"single_operator"?: boolean,"slug": string,"time_zone"?: string
                  }
                  Update: {
                    "allowed_roots"?: (string)[],"created_at"?: string,"currency"?: string,"id"?: string,"keep_events_days"?: number,"name"?: string,"single_operator"?: boolean,"slug"?: string,"time_zone"?: string
                  }
                  Relationships: [
                    
                  ]
                }
          }
          Views: {
            "allowed_actions": {
                  Row: {
                    "job_id": number,"needs_approval": boolean,"needs_reason": boolean,"sentence": string,"verb": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"approval_overview": {
                  Row: {
                    "budget": string | null,"closed_at": string | null,"closed_reason": string | null,"decisions": Json | null,"digest": string,"est_cost": number | null,"expires_at": string,"grants": number | null,"id": number,"job_id": number | null,"job_kind": string | null,"job_name": string | null,"job_state": string | null,"kind": string | null,"label": string | null,"last_granted": Json | null,"last_granted_at": string | null,"least_role": string,"may_decide": boolean | null,"params": NonNullable<Json>,"purpose": string,"quorum": number,"reason": string | null,"requested_at": string,"requested_by": string,"requested_by_name": string | null,"run_id": number | null,"schedule": string | null,"shown": NonNullable<Json>,"state": string,"subject": string,"venture": string | null,"why_not": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "approvals_least_role_fkey"
      columns: ["least_role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    }
                  ]
                },"budget_overview": {
                  Row: {
                    "approval_threshold": number | null,"asked_cap": number | null,"breached": boolean | null,"breached_at": string | null,"cap": number,"currency": string,"ends_at": string | null,"id": number,"name": string,"on_breach": string,"pending_approval_id": number | null,"period": string,"reserved": number | null,"scope": string,"scope_name": string | null,"share": number | null,"spent": number | null,"starts_at": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "budgets_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"choices": {
                  Row: {
                    "classes": (string)[] | null,"kinds": (string)[] | null,"lanes": (string)[] | null,"profiles": (string)[] | null,"queues": (string)[] | null,"schedules": (string)[] | null,"states": (string)[] | null,"ventures": (string)[] | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "classes"?: never,"kinds"?: never,"lanes"?: never,"profiles"?: never,"queues"?: never,"schedules"?: never,"states"?: never,"ventures"?: never,"workspace_id"?: string | null
                         }
                        Update: {
                           "classes"?: never,"kinds"?: never,"lanes"?: never,"profiles"?: never,"queues"?: never,"schedules"?: never,"states"?: never,"ventures"?: never,"workspace_id"?: string | null
                         }
                        Relationships: [
                    
                  ]
                },"dead_letter_groups": {
                  Row: {
                    "error_class": string | null,"filter": Json | null,"fingerprint": string | null,"first_died_at": string | null,"first_job": number | null,"hint": string,"jobs": number | null,"kind": string,"kinds": number | null,"last_died_at": string,"last_error": string | null,"last_job": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"events": {
                  Row: {
                    "action": string,"actor": string,"at": string,"data": NonNullable<Json>,"routine": boolean | null,"seq": number,"subject_id": string,"subject_type": string,"workspace_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                           "action"?: string | null,"actor"?: string | null,"at"?: string | null,"data"?: Json | null,"routine"?: never,"seq"?: number | null,"subject_id"?: string | null,"subject_type"?: string | null,"workspace_id"?: string | null
                         }
                        Update: {
                           "action"?: string | null,"actor"?: string | null,"at"?: string | null,"data"?: Json | null,"routine"?: never,"seq"?: number | null,"subject_id"?: string | null,"subject_type"?: string | null,"workspace_id"?: string | null
                         }
                        Relationships: [
                    
                  ]
                },"incident_overview": {
                  Row: {
                    "closed_at": string | null,"closed_by": string | null,"closed_by_name": string | null,"closed_reason": string | null,"contained_at": string | null,"evidence": NonNullable<Json>,"id": number,"last_seen_age_seconds": number | null,"last_seen_at": string,"next_step": number | null,"opened_at": string,"opened_by": string,"opened_by_name": string | null,"rule": string,"runbook": Json | null,"sentence": string,"severity": string,"severity_place": number | null,"subject": string,"times_seen": number,"watches_for": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "incidents_rule_fkey"
      columns: ["rule"]
isOneToOne: false
      referencedRelation: "incident_rules"
      referencedColumns: ["rule"]
    }
                  ]
                },"job_history": {
                  Row: {
                    "attempt": number,"class": string,"cost": number | null,"cpu_seconds": number | null,"created_at": string,"created_by": string,"created_by_name": string | null,"duration_seconds": number | null,"error_class": string | null,"error_message": string | null,"est_cost": number | null,"exit_code": number | null,"fingerprint": string | null,"finished_at": string | null,"held_by": (string)[],"id": number,"kind": string,"labels": NonNullable<Json>,"lane": string,"max_attempts": number,"memory_bytes": number | null,"name": string | null,"outcome": string | null,"profile": string | null,"progress": number | null,"progress_message": string | null,"queue": string,"rerun_of": number | null,"run_id": number | null,"schedule": string | null,"signal": string | null,"started_at": string | null,"state": string,"trigger": string,"venture": string | null,"worker": string | null,"worker_id": number | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"lane_overview": {
                  Row: {
                    "capacity": number | null,"description": string,"failed_24h": number | null,"label": string | null,"lane": string,"live_workers": number | null,"max_per_hour": number | null,"max_running": number | null,"oldest_pending_seconds": number | null,"paused_at": string | null,"paused_by": string | null,"paused_reason": string | null,"pending": number | null,"quarantined": number | null,"running": number | null,"status": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "lanes_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"lease_overview": {
                  Row: {
                    "acquired_at": string,"command_pid": number | null,"cost": number | null,"cpu_seconds": number | null,"expires_at": string,"heartbeat_age_seconds": number | null,"heartbeat_at": string,"host": string | null,"job_id": number,"kind": string,"label": string | null,"lane": string,"memory_bytes": number | null,"mode": string,"name": string | null,"progress": number | null,"progress_message": string | null,"queue": string,"runner_pid": number | null,"running_seconds": number | null,"timeout_seconds": number,"token": number,"verdict": string,"worker": string | null,"worker_id": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"ledger_status": {
                  Row: {
                    "evidence_age_seconds": number | null,"evidence_at": string | null,"hash": string | null,"label": string | null,"newest_event": number | null,"oldest_unsealed_at": string | null,"seal": number | null,"seal_age_seconds": number | null,"sealed_at": string | null,"unsealed": number | null,"verified": Json | null,"verified_age_seconds": number | null,"verified_at": string | null,"verified_ok": boolean | null,"verify_job_id": number | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"my_powers": {
                  Row: {
                    "role": string,"subject": string,"verb": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "members_role_fkey"
      columns: ["role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"my_workspaces": {
                  Row: {
                    "role": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "role"?: string | null,"workspace_id"?: string | null
                         }
                        Update: {
                           "role"?: string | null,"workspace_id"?: string | null
                         }
                        Relationships: [
                    {
      foreignKeyName: "members_role_fkey"
      columns: ["role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"next_up": {
                  Row: {
                    "effective_priority": number,"held_by": (string)[],"job_id": number,"kind": string,"lane": string,"name": string | null,"queue": string,"run_at": string,"state": string,"why": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"profile_overview": {
                  Row: {
                    "args": (string)[],"class": string,"created_at": string,"created_by": string,"created_by_name": string | null,"cwd": string | null,"description": string,"env": (string)[],"grace_seconds": number,"lane": string,"name": string,"needs_approval": boolean | null,"parameter_schema": NonNullable<Json>,"program": string,"pty": boolean,"queue": string,"timeout_seconds": number | null,"version": number,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "profiles_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"quarantine_overview": {
                  Row: {
                    "error_class": string | null,"error_message": string | null,"evidence": NonNullable<Json>,"fingerprint": string | null,"id": number,"job_id": number,"job_kind": string | null,"job_name": string | null,"job_state": string | null,"label": string | null,"note": string | null,"opened_at": string,"queue": string | null,"reason_code": string,"recommended_action": string,"reviewed_at": string | null,"reviewer": string | null,"reviewer_name": string | null,"severity": string,"severity_place": number | null,"source": string,"source_name": string | null,"state": string,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"queue_overview": {
                  Row: {
                    "description": string,"failed_24h": number | null,"max_per_hour": number | null,"max_running": number | null,"oldest_pending_seconds": number | null,"paused_at": string | null,"paused_by": string | null,"paused_reason": string | null,"pending": number | null,"quarantined": number | null,"queue": string,"running": number | null,"status": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "description"?: string | null,"failed_24h"?: never,"max_per_hour"?: number | null,"max_running"?: number | null,"oldest_pending_seconds"?: never,"paused_at"?: string | null,"paused_by"?: never,"paused_reason"?: string | null,"pending"?: never,"quarantined"?: never,"queue"?: string | null,"running"?: never,"status"?: never,"workspace_id"?: string | null
                         }
                        Update: {
                           "description"?: string | null,"failed_24h"?: never,"max_per_hour"?: number | null,"max_running"?: number | null,"oldest_pending_seconds"?: never,"paused_at"?: string | null,"paused_by"?: never,"paused_reason"?: string | null,"pending"?: never,"quarantined"?: never,"queue"?: string | null,"running"?: never,"status"?: never,"workspace_id"?: string | null
                         }
                        Relationships: [
                    {
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "queues_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"recent_failures": {
                  Row: {
                    "error_class": string | null,"error_message": string | null,"fingerprint": string | null,"job_ids": (number)[] | null,"jobs": number | null,"kind": string,"last_at": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"recent_retries": {
                  Row: {
                    "attempt": number,"before_error": string | null,"before_outcome": string | null,"job_id": number,"kind": string,"max_attempts": number,"name": string | null,"outcome": string | null,"run_id": number,"started_at": string,"state": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"recommended_actions": {
                  Row: {
                    "page": string | null,"place": number | null,"sentence": string | null,"subject": string | null,"target": string | null,"urgency": string | null,"verb": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"runtime_labels": {
                  Row: {
                    "age_seconds": number | null,"evidence_at": string | null,"label": string | null,"place": number | null,"sentence": string | null,"subject": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"schedule_overview": {
                  Row: {
                    "catch_up": string,"catch_up_limit": number,"class": string | null,"created_at": string,"created_by": string,"created_by_name": string | null,"cron": string,"description": string,"enabled": boolean,"enabled_at": string | null,"enabled_by": string | null,"enabled_by_name": string | null,"est_cost": number | null,"evidence_age_seconds": number | null,"evidence_at": string | null,"external": boolean,"id": number,"jitter_seconds": number,"kind": string,"label": string | null,"lane": string | null,"last_job_finished_at": string | null,"last_job_id": number | null,"last_job_state": string | null,"last_windows": Json | null,"max_age_seconds": number,"missed_24h": number | null,"name": string,"needs_approval": boolean,"next_window_at": string | null,"next_windows": (string)[],"overlap": string,"paid": boolean,"payload": NonNullable<Json>,"pending_approval_id": number | null,"priority": number | null,"queue": string | null,"stepped_to": string | null,"time_zone": string,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "schedules_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"shell": {
                  Row: {
                    "labels": Json | null,"live_workers": number | null,"may_stop": boolean | null,"open_incidents": number | null,"role": string | null,"stops": Json | null,"supervisor_age_seconds": number | null,"supervisor_label": string | null,"to_decide": number | null,"to_review": number | null,"worker_heartbeat_age_seconds": number | null,"worker_label": string | null,"workspace": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "members_role_fkey"
      columns: ["role"]
isOneToOne: false
      referencedRelation: "roles"
      referencedColumns: ["role"]
    }
                  ]
                },"spend": {
                  Row: {
                    "currency": string,"jobs": number | null,"kind": string | null,"lane": string | null,"period": string | null,"reserved": number | null,"spent": number | null,"starts_at": string | null,"venture": string | null,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"status_now": {
                  Row: {
                    "awaiting_approval": number | null,"blocked": number | null,"completed_24h": number | null,"failed_24h": number | null,"live_workers": number | null,"paused_lanes": number | null,"paused_queues": number | null,"quarantined": number | null,"retried_24h": number | null,"retrying": number | null,"running": number | null,"single_operator": boolean,"supervisor": string | null,"supervisor_age_seconds": number | null,"supervisor_label": string | null,"waiting": number | null,"worker_heartbeat_age_seconds": number | null,"worker_label": string | null,"workspace": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Insert: {
                           "awaiting_approval"?: never,"blocked"?: never,"completed_24h"?: never,"failed_24h"?: never,"live_workers"?: never,"paused_lanes"?: never,"paused_queues"?: never,"quarantined"?: never,"retried_24h"?: never,"retrying"?: never,"running"?: never,"single_operator"?: boolean | null,"supervisor"?: never,"supervisor_age_seconds"?: never,"supervisor_label"?: never,"waiting"?: never,"worker_heartbeat_age_seconds"?: never,"worker_label"?: never,"workspace"?: string | null,"workspace_id"?: string | null
                         }
                        Update: {
                           "awaiting_approval"?: never,"blocked"?: never,"completed_24h"?: never,"failed_24h"?: never,"live_workers"?: never,"paused_lanes"?: never,"paused_queues"?: never,"quarantined"?: never,"retried_24h"?: never,"retrying"?: never,"running"?: never,"single_operator"?: boolean | null,"supervisor"?: never,"supervisor_age_seconds"?: never,"supervisor_label"?: never,"waiting"?: never,"worker_heartbeat_age_seconds"?: never,"worker_label"?: never,"workspace"?: string | null,"workspace_id"?: string | null
                         }
                        Relationships: [
                    
                  ]
                },"stop_overview": {
                  Row: {
                    "acknowledged": number | null,"budget_id": number | null,"engaged_at": string,"engaged_by": string,"engaged_by_name": string | null,"held": number | null,"kill_running": boolean,"label": string | null,"may_release": boolean | null,"name": string | null,"ordered": number | null,"reason": string,"released_at": string | null,"released_by": string | null,"released_by_name": string | null,"released_reason": string | null,"scope": string,"seconds_to_acknowledge": number | null,"seconds_to_quiet": number | null,"silent": number | null,"still_running": number | null,"stop_id": number,"what": (string)[],"why_not": string | null,"workers": number | null,"workspace_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"stop_report": {
                  Row: {
                    "acknowledged_at": string | null,"engaged_at": string,"engaged_by": string | null,"label": string | null,"name": string | null,"reason": string,"released_at": string | null,"released_by": string | null,"runs": number | null,"scope": string,"seconds_to_acknowledge": number | null,"seconds_to_quiet": number | null,"still_running": number | null,"stop_id": number,"what": (string)[],"worker": string | null,"worker_id": number,"workspace_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"stuck_jobs": {
                  Row: {
                    "for_seconds": number | null,"job_id": number,"kind": string,"name": string | null,"problem": string | null,"state": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"subject_actions": {
                  Row: {
                    "needs_approval": boolean | null,"needs_reason": boolean,"sentence": string,"subject": string | null,"target": string | null,"verb": string,"workspace_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "choices"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "dead_letter_groups"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "ledger_status"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recent_failures"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "recommended_actions"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "runtime_labels"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "shell"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "spend"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "status_now"
      referencedColumns: ["workspace_id"]
    },{
      foreignKeyName: "members_workspace_id_fkey"
      columns: ["workspace_id"]
isOneToOne: false
      referencedRelation: "workspaces"
      referencedColumns: ["id"]
    }
                  ]
                },"worker_overview": {
                  Row: {
                    "capacity": number,"completed_24h": number | null,"cost_24h": number | null,"current_jobs": Json | null,"draining_since": string | null,"ended_at": string | null,"ended_reason": string | null,"failed_24h": number | null,"heartbeat_age_seconds": number | null,"host": string,"id": number,"label": string | null,"lanes": (string)[],"last_seen_at": string,"name": string,"pid": number,"running_jobs": number | null,"started_at": string,"version": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                }
          }
          Functions: {
            "act":
{ Args: { "p_params"?: Json,"p_reason"?: string,"p_subject": string,"p_target": Json,"p_verb": string,"p_workspace": string }; Returns: {
              "acted_at": string,
"actor": string,
"affected": number,
"approval_id": number | null,
"budget": string | null,
"channel": string | null,
"class": string | null,
"id": number,
"incident_id": number | null,
"job_id": number | null,
"lane": string | null,
"params": NonNullable<Json>,
"queue": string | null,
"reason": string | null,
"result": NonNullable<Json>,
"schedule": string | null,
"stop_id": number | null,
"subject": string,
"verb": string,
"worker_id": number | null,
"workspace_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "actions"
        isOneToOne: true
        isSetofReturn: false
      } },
"check_filter":
{ Args: { "p_fields": Json,"p_filter": Json,"p_may_be_empty"?: boolean }; Returns: undefined
                           },
"cost_series":
{ Args: { "p_by"?: string,"p_from": string,"p_to": string,"p_workspace": string }; Returns: {
              "day": string,"name": string,"spent": number
            }[]
                           },
"count_dead_letters":
{ Args: { "p_cap"?: number,"p_filter"?: Json,"p_workspace": string }; Returns: number
                           },
"count_jobs":
{ Args: { "p_cap"?: number,"p_filter"?: Json,"p_workspace": string }; Returns: number
                           },
"enqueue":
{ Args: { "p_kind": string,"p_options"?: Json,"p_payload"?: Json,"p_workspace": string }; Returns: {
              "alike_failures": number,
"attempt": number,
"class": string,
"concurrency_key": string | null,
"consent": string | null,
"crash_count": number,
"created_at": string,
"created_by": string,
"depends_on": (number)[],
"dispatched_at": string | null,
"effective_priority": number,
"error_class": string | null,
"error_message": string | null,
"est_cost": number | null,
"external": boolean,
"fingerprint": string | null,
"finished_at": string | null,
"held_by": (string)[],
"id": number,
"idempotency_key": string | null,
"kind": string,
"labels": NonNullable<Json>,
"lane": string,
"max_attempts": number,
"name": string | null,
"paid": boolean,
"payload": NonNullable<Json>,
"priority": number,
"profile_version": number | null,
"progress": number | null,
"progress_message": string | null,
"queue": string,
"queued_at": string | null,
"rerun_of": number | null,
"result": Json | null,
"run_at": string,
"schedule": string | null,
"started_at": string | null,
"state": string,
"suspect": boolean,
"timeout_seconds": number,
"trigger": string,
"venture": string | null,
"waits_for_slot": boolean | null,
"workspace_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "jobs"
        isOneToOne: true
        isSetofReturn: false
      } },
"enqueue_many":
{ Args: { "p_jobs": Json,"p_workspace": string }; Returns: {
              "existing": boolean,"id": number,"idempotency_key": string,"state": string
            }[]
                           },
"find_jobs":
{ Args: { "p_after"?: Json,"p_filter": Json,"p_limit"?: number,"p_order"?: string,"p_workspace": string }; Returns: number[]
                           },
"find_workspace":
{ Args: { "p_workspace": string }; Returns: string
                           },
"match_dead_letters":
{ Args: { "p_filter": Json,"p_limit"?: number,"p_workspace": string }; Returns: {
              "attempts": number,
"closed_at": string | null,
"closed_by": string | null,
"died_at": string,
"error_class": string | null,
"fingerprint": string | null,
"hint": string,
"id": number,
"job_id": number,
"kind": string,
"last_error": string | null,
"note": string | null,
"queue": string,
"state": string,
"state_before": string,
"workspace_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "dead_letters"
        isOneToOne: false
        isSetofReturn: true
      } },
"match_events":
{ Args: { "p_before"?: number,"p_filter"?: Json,"p_limit"?: number,"p_workspace": string }; Returns: {
              "action": string,"actor": string,"actor_name": string,"at": string,"data": Json,"routine": boolean,"seq": number,"subject_id": string,"subject_type": string
            }[]
                           },
"match_jobs":
{ Args: { "p_after"?: Json,"p_filter"?: Json,"p_limit"?: number,"p_order"?: string,"p_workspace": string }; Returns: {
              "attempt": number,
"class": string,
"cost": number | null,
"cpu_seconds": number | null,
"created_at": string,
"created_by": string,
"created_by_name": string | null,
"duration_seconds": number | null,
"error_class": string | null,
"error_message": string | null,
"est_cost": number | null,
"exit_code": number | null,
"fingerprint": string | null,
"finished_at": string | null,
"held_by": (string)[],
"id": number,
"kind": string,
"labels": NonNullable<Json>,
"lane": string,
"max_attempts": number,
"memory_bytes": number | null,
"name": string | null,
"outcome": string | null,
"profile": string | null,
"progress": number | null,
"progress_message": string | null,
"queue": string,
"rerun_of": number | null,
"run_id": number | null,
"schedule": string | null,
"signal": string | null,
"started_at": string | null,
"state": string,
"trigger": string,
"venture": string | null,
"worker": string | null,
"worker_id": number | null,
"workspace_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "job_history"
        isOneToOne: false
        isSetofReturn: true
      } },
"name_of":
{ Args: { "p_actor": string,"p_workspace": string }; Returns: string
                           },
"period_start":
{ Args: { "p_at": string,"p_period": string,"p_zone": string }; Returns: string
                           },
"preview_jobs":
{ Args: { "p_filter": Json,"p_limit"?: number,"p_verb": string,"p_workspace": string }; Returns: {
              "fits": number,"matched": number,"skipped": Json,"states": (string)[]
            }[]
                           },
"read_output":
{ Args: { "p_after"?: number,"p_limit"?: number,"p_run": number,"p_stream"?: string }; Returns: {
              "byte_offset": number,"bytes": number,"data": string,"stream": string
            }[]
                           },
"stop_preview":
{ Args: { "p_name"?: string,"p_scope": string,"p_what"?: (string)[],"p_workspace": string }; Returns: {
              "jobs": number,"state": string
            }[]
                           },
"throughput":
{ Args: { "p_buckets"?: number,"p_minutes"?: number,"p_scope": string,"p_workspace": string }; Returns: {
              "bucket": string,"completed": number,"failed": number,"name": string
            }[]
                           },
"typical_seconds":
{ Args: { "p_kind": string,"p_workspace": string }; Returns: number
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "holdfast">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "holdfast": {
          Enums: {
            
          }
        }
} as const
